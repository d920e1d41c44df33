from django.db import models


class Leaf(models.Model):
    photo = models.ImageField(upload_to='leaves/')
    disease = models.CharField(max_length=100, blank=True)
    confidence = models.FloatField(default=0)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.disease
