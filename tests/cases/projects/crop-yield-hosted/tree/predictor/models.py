from django.db import models


class Estimate(models.Model):
    county = models.CharField(max_length=60)
    crop = models.CharField(max_length=40)
    rainfall = models.FloatField()
    tonnes = models.FloatField()
    created = models.DateTimeField(auto_now_add=True)
