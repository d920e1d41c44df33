from django.db import models


class Seed(models.Model):
    name = models.CharField(max_length=80)
    harvested = models.PositiveSmallIntegerField()
    grams = models.DecimalField(max_digits=6, decimal_places=1)
