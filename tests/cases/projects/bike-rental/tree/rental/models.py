from django.db import models


class Bike(models.Model):
    frame_no = models.CharField(max_length=20, unique=True)
    rented_until = models.DateField(null=True, blank=True)
