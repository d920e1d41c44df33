from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("image", models.ImageField(upload_to="photos/%Y/")),
                ("caption", models.CharField(blank=True, max_length=140)),
                ("added", models.DateTimeField(auto_now_add=True)),
            ],
            options={"ordering": ["-added"]},
        ),
    ]
