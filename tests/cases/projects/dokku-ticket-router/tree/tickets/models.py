from django.db import models


class Ticket(models.Model):
    subject = models.CharField(max_length=200)
    body = models.TextField()
    queue = models.CharField(max_length=30, blank=True)
