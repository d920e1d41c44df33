"""What Django's admin and its permissions call the served models. Nothing is kept in a database."""

from django.apps import apps
from django.db import models

# To define a model loads the database's library, megabytes that a site without one can save.
if apps.is_installed("django.contrib.admin"):

    class ServedModel(models.Model):
        """A served model, as far as the admin is concerned; it has no table and no rows."""

        name = models.CharField(primary_key=True, max_length=200)

        class Meta:
            """Who may see the page and who may change what is served are two permissions."""

            app_label = "wherry"
            managed = False
            default_permissions = ("view", "change")
            verbose_name = "served model"
            verbose_name_plural = "served models"

        def __str__(self) -> str:
            return self.name
