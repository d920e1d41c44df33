from django.db import models


class Receipt(models.Model):
    photo = models.ImageField(upload_to='receipts/')
    kind = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
