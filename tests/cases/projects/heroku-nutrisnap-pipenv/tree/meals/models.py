from django.db import models


class Meal(models.Model):
    photo = models.ImageField(upload_to="meals/")
    label = models.CharField(max_length=80, blank=True)
    kcal = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)
