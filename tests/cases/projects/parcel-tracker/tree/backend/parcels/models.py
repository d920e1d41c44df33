from django.db import models


class Parcel(models.Model):
    code = models.CharField(max_length=13, unique=True)
    seen_in = models.CharField(max_length=60)
