from django.db import models


class Invoice(models.Model):
    number = models.CharField(max_length=64, blank=True)
    total = models.CharField(max_length=32, blank=True)
    raw = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
