from django.db import models


class Message(models.Model):
    body = models.TextField()
    label = models.CharField(max_length=16)
    score = models.FloatField()
