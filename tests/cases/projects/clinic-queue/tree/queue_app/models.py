from django.db import models


class Ticket(models.Model):
    number = models.PositiveIntegerField()
    called_at = models.DateTimeField(null=True, blank=True)
