from django.db import models


class Song(models.Model):
    title = models.CharField(max_length=120)
    text = models.TextField()
    artist = models.CharField(max_length=120, db_index=True)
