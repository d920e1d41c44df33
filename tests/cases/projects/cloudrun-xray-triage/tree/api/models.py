from django.db import models


class Study(models.Model):
    image = models.FileField(upload_to='studies/')
    findings = models.JSONField(default=dict)
