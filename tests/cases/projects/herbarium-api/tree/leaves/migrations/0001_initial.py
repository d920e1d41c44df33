from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Species",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("index", models.PositiveSmallIntegerField(unique=True)),
                ("latin", models.CharField(max_length=80)),
                ("german", models.CharField(blank=True, max_length=80)),
            ],
        ),
    ]
