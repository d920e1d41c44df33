from django.db import models
from django.utils.translation import ugettext_lazy as _


class Lesson(models.Model):
    subject = models.CharField(_('subject'), max_length=60)
    room = models.CharField(_('room'), max_length=10)
    starts = models.TimeField(_('starts'))
    weekday = models.IntegerField(_('weekday'))
