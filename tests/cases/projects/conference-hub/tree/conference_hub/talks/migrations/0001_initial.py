from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Talk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("speaker", models.CharField(max_length=100, verbose_name="speaker")),
                ("slides", models.FileField(blank=True, upload_to="slides/", verbose_name="slides")),
            ],
        ),
    ]
