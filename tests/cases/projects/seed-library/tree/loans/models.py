from django.conf import settings
from django.db import models


class Loan(models.Model):
    seed = models.ForeignKey('catalogue.Seed', on_delete=models.CASCADE)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    taken = models.DateField(auto_now_add=True)
