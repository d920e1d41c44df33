from django.db import models


class Manuscript(models.Model):
    file = models.FileField(upload_to='manuscripts/')
    topics = models.JSONField(default=list, blank=True)
    created = models.DateTimeField(auto_now_add=True)
