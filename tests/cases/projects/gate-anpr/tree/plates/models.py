from django.db import models


class Reading(models.Model):
    plate = models.CharField(max_length=12, db_index=True)
    confidence = models.FloatField()
    read_at = models.DateTimeField(auto_now_add=True)
