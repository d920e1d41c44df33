"""The app of jobs: put ``"wherry.django.jobs"`` into INSTALLED_APPS beside ``"wherry.django"``."""

from django.apps import AppConfig
from django.core.checks import register


class JobsConfig(AppConfig):
    """Gives served models their ``enqueue`` and registers the checks."""

    name = "wherry.django.jobs"
    label = "wherry_jobs"
    verbose_name = "Wherry jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect what needs the database with what does not."""
        from wherry.django.jobs.checks import TAG, check_jobs
        from wherry.django.jobs.enqueueing import enqueue
        from wherry.serving.model import ServedModel

        ServedModel.enqueuer = staticmethod(enqueue)
        register(check_jobs, TAG)
