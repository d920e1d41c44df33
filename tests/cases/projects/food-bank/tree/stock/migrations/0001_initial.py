from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('kilos', models.DecimalField(decimal_places=2, max_digits=8)),
                ('use_by', models.DateField(blank=True, null=True)),
            ],
        ),
    ]
