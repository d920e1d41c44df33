from django.db import models


class Tide(models.Model):
    harbour = models.CharField(max_length=40)
    at = models.DateTimeField()
    high = models.BooleanField()
