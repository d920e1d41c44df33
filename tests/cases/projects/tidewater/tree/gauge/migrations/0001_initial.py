from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('taken', models.DateTimeField(unique=True)),
                ('level', models.FloatField(help_text='metres over chart datum')),
                ('pressure', models.FloatField()),
                ('wind', models.FloatField()),
            ],
            options={'ordering': ['-taken']},
        ),
    ]
