from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Reading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plate", models.CharField(db_index=True, max_length=12)),
                ("confidence", models.FloatField()),
                ("read_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
