from django.db import models


class Transcript(models.Model):
    file = models.FileField(upload_to="transcripts/")
    summary = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)
