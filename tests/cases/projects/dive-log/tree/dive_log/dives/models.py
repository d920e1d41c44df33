from django.conf import settings
from django.db import models


class Dive(models.Model):
    diver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    spot = models.CharField(max_length=120)
    metres = models.PositiveSmallIntegerField()
    profile = models.FileField(upload_to="profiles", blank=True)

    def __str__(self):
        return f"{self.spot}: {self.metres} m"
