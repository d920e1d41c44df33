from django.db import models


class Photo(models.Model):
    image = models.ImageField(upload_to="photos/%Y/")
    caption = models.CharField(max_length=140, blank=True)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-added"]
