import logging

log = logging.getLogger(__name__)


def note_size(sender, instance, created, **kwargs):
    if created:
        log.info("sheet %s has %s bytes", instance.pk, instance.picture.size)
