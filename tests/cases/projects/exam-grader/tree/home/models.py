from django.db import models

# Create your models here.
class Prediction(models.Model):
    student = models.CharField(max_length=100)
    grade = models.CharField(max_length=2)
    created = models.DateTimeField(auto_now_add=True)
