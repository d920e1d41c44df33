from django.db import models


class Heard(models.Model):
    bird = models.CharField(max_length=40)
    score = models.FloatField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
