from django.db import models


class Prediction(models.Model):
    disease = models.CharField(max_length=60)
    confidence = models.FloatField()
    made_at = models.DateTimeField(auto_now_add=True)
