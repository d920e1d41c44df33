"""The orchard's trees."""

from django.db import models


class Tree(models.Model):
    """A tree."""

    name = models.CharField(max_length=100)
