from django.db import models
from django.utils.translation import gettext_lazy as _


class Talk(models.Model):
    title = models.CharField(_("title"), max_length=200)
    speaker = models.CharField(_("speaker"), max_length=100)
    slides = models.FileField(_("slides"), upload_to="slides/", blank=True)

    def __str__(self):
        return self.title
