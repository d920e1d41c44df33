from django.db import models


class Survey(models.Model):
    site = models.CharField(max_length=60)
    counted_on = models.DateField()
    oysters = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f'{self.site} {self.counted_on}'
