from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inventory_number", models.CharField(max_length=40)),
                ("word", models.CharField(max_length=60)),
                ("weight", models.FloatField()),
            ],
        ),
    ]
