from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120)),
                ('audio', models.FileField(upload_to='recordings/%Y/%m/')),
                ('minutes', models.TextField(blank=True)),
                ('state', models.CharField(default='queued', max_length=12)),
            ],
        ),
    ]
