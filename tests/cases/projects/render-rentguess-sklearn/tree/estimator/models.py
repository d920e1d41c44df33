from django.db import models


class Estimate(models.Model):
    district = models.CharField(max_length=40)
    square_metres = models.FloatField()
    rent = models.FloatField()
    created = models.DateTimeField(auto_now_add=True)
