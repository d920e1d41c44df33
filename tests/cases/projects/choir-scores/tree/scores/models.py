from django.db import models


class Score(models.Model):
    title = models.CharField(max_length=120)
    pdf = models.FileField(upload_to="scores/")
    pages = models.PositiveSmallIntegerField(null=True, editable=False)
