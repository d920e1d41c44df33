from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name='Bike',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('frame_no', models.CharField(max_length=20, unique=True)),
                ('rented_until', models.DateField(blank=True, null=True)),
            ],
        ),
    ]
