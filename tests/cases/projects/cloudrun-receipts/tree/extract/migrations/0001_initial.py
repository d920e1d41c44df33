from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('photo', models.ImageField(upload_to='receipts/')),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('text', models.TextField(blank=True)),
            ],
        ),
    ]
