from django.db import models


class Letter(models.Model):
    image = models.ImageField(upload_to='letters')
    guess = models.CharField(max_length=1, blank=True)
