from django.db import models


class Mood(models.Model):
    name = models.CharField(max_length=20)
    seen = models.DateTimeField(auto_now_add=True)
