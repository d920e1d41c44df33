from django.conf import settings
from django.db import models


class Recording(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    sound = models.FileField(upload_to='sounds/%Y/')
    birds = models.JSONField(default=list)
