from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Estimate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("county", models.CharField(max_length=60)),
                ("crop", models.CharField(max_length=40)),
                ("rainfall", models.FloatField()),
                ("tonnes", models.FloatField()),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
