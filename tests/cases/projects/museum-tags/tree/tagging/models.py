from django.db import models


class Tag(models.Model):
    inventory_number = models.CharField(max_length=40)
    word = models.CharField(max_length=60)
    weight = models.FloatField()
