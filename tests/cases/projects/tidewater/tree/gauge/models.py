from django.db import models


class Reading(models.Model):
    taken = models.DateTimeField(unique=True)
    level = models.FloatField(help_text='metres over chart datum')
    pressure = models.FloatField()
    wind = models.FloatField()

    class Meta:
        ordering = ['-taken']
