from django.db import models


class Species(models.Model):
    index = models.PositiveSmallIntegerField(unique=True)
    latin = models.CharField(max_length=80)
    german = models.CharField(max_length=80, blank=True)
