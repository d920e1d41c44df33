from django.db import models


class Order(models.Model):
    loaves = models.PositiveSmallIntegerField()
    collect_on = models.DateField()
