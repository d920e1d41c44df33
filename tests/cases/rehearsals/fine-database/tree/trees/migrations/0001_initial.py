"""The first table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Makes the table of trees."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Tree",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100)),
            ],
        ),
    ]
