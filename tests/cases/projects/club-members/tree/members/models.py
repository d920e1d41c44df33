from django.db import models


class Member(models.Model):
    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    joined = models.DateField()
