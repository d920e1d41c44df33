from django.db import models


class Quote(models.Model):
    payload = models.JSONField()
    price = models.FloatField()
    asked = models.DateTimeField(auto_now_add=True)
