from django.db import models


class Transect(models.Model):
    site = models.CharField(max_length=120)
    photo = models.ImageField(upload_to="transects/%Y/%m/")
    grade = models.PositiveSmallIntegerField(null=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.site} ({self.created:%Y-%m-%d})"
