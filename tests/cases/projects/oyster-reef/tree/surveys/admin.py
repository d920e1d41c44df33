from django.contrib import admin

from .models import Survey

admin.site.register(Survey)
