from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Tide",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("harbour", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("high", models.BooleanField()),
            ],
        ),
    ]
