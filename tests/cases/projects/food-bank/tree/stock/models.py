from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=60)
    kilos = models.DecimalField(max_digits=8, decimal_places=2)
    use_by = models.DateField(null=True, blank=True)
