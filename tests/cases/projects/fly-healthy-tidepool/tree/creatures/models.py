from django.db import models


class Sighting(models.Model):
    photo = models.FileField(upload_to="sightings/%Y/%m/")
    creature = models.CharField(max_length=60)
