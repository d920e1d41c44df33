from django.db import models
from django.utils.translation import gettext_lazy as _


class Guest(models.Model):
    name = models.CharField(_("name"), max_length=100)
    coming = models.BooleanField(null=True)
