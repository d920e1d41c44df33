from django.db import models


class Check(models.Model):
    angle = models.FloatField()
    at = models.DateTimeField(auto_now_add=True)
