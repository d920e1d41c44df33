from django.contrib import admin

from .models import Plot

admin.site.register(Plot)
