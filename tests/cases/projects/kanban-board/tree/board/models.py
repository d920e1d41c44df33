from django.db import models


class Card(models.Model):
    title = models.CharField(max_length=100)
    column = models.CharField(max_length=20, default="todo")
