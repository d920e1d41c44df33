from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Sheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("picture", models.ImageField(upload_to="sheets/")),
                ("species", models.CharField(blank=True, editable=False, max_length=120)),
                ("added", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
