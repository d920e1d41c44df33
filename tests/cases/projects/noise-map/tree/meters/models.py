from django.db import models


class Reading(models.Model):
    street = models.CharField(max_length=80)
    decibel = models.FloatField()
