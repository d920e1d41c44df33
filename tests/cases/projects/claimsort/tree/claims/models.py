from django.db import models


class Claim(models.Model):
    number = models.CharField(max_length=24, unique=True)
    payload = models.JSONField()
    desk = models.CharField(max_length=24, blank=True)
    received = models.DateTimeField(auto_now_add=True)
