"""The app's configuration."""

from django.apps import AppConfig, apps
from django.core.checks import register


class WherryConfig(AppConfig):
    """Registers the system checks. Loads no model: ``manage.py migrate`` must stay light."""

    name = "wherry.django"
    label = "wherry"
    verbose_name = "Wherry"

    def ready(self) -> None:
        """Register the checks."""
        from wherry.django import changing, checks, hosting_checks

        changing.begin_with_first_request()
        register(checks.check_settings, checks.TAG)
        register(checks.check_models, checks.TAG)
        register(checks.check_access, checks.TAG, deploy=True)
        register(hosting_checks.check_hosting, hosting_checks.TAG, deploy=True)
        if apps.is_installed("django_prometheus"):
            from wherry.django.metrics import join_registry

            join_registry()
