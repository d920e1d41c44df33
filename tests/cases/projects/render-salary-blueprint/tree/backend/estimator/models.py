from django.db import models


class Estimate(models.Model):
    role = models.CharField(max_length=60)
    country = models.CharField(max_length=2)
    years = models.PositiveSmallIntegerField()
    salary = models.FloatField()
    created = models.DateTimeField(auto_now_add=True)
