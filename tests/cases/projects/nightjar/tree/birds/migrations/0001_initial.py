from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Heard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bird", models.CharField(max_length=40)),
                ("score", models.FloatField()),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["-at"]},
        ),
    ]
