from django.db import models


class Guest(models.Model):
    name = models.CharField(max_length=80)
    passport = models.ImageField(upload_to='passports/')
    arrived = models.DateField(auto_now_add=True)
