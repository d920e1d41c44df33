from django.db import models


class Sample(models.Model):
    image = models.ImageField(upload_to='samples/')
    variety = models.CharField(max_length=40, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.variety or 'unknown'
