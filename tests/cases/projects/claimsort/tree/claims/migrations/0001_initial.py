from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=24, unique=True)),
                ("payload", models.JSONField()),
                ("desk", models.CharField(blank=True, max_length=24)),
                ("received", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
