from django.db import models


class Scan(models.Model):
    image = models.ImageField(upload_to='scans/')
    finding = models.CharField(max_length=40, blank=True)
    taken = models.DateTimeField(auto_now_add=True)
