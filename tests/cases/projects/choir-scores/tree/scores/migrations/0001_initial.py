from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("pdf", models.FileField(upload_to="scores/")),
                ("pages", models.PositiveSmallIntegerField(editable=False, null=True)),
            ],
        ),
    ]
