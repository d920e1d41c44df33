from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=60, verbose_name='subject')),
                ('room', models.CharField(max_length=10, verbose_name='room')),
                ('starts', models.TimeField(verbose_name='starts')),
                ('weekday', models.IntegerField(verbose_name='weekday')),
            ],
        ),
    ]
