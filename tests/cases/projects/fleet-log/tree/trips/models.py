from django.db import models


class Trip(models.Model):
    vehicle = models.CharField(max_length=12)
    km = models.PositiveIntegerField()
