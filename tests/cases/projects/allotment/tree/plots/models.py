from django.db import models


class Plot(models.Model):
    number = models.PositiveSmallIntegerField(unique=True)
    tenant = models.CharField(max_length=80, blank=True)
