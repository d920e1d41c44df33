from django.db import models
from django.urls import reverse


class Sheet(models.Model):
    picture = models.ImageField(upload_to="sheets/")
    species = models.CharField(max_length=120, blank=True, editable=False)
    added = models.DateTimeField(auto_now_add=True)

    def get_absolute_url(self):
        return reverse("sheet", args=[self.pk])
