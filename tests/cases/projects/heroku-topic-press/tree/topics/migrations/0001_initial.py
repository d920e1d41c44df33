from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name='Manuscript',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(upload_to='manuscripts/')),
                ('topics', models.JSONField(blank=True, default=list)),
                ('created', models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
