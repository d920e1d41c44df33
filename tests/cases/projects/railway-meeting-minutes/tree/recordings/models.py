from django.db import models


class Recording(models.Model):
    title = models.CharField(max_length=120)
    audio = models.FileField(upload_to='recordings/%Y/%m/')
    minutes = models.TextField(blank=True)
    state = models.CharField(max_length=12, default='queued')
