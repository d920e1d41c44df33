from django.db import models


class Book(models.Model):
    title = models.CharField(max_length=200)
    read = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
