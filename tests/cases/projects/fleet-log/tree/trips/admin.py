from django.contrib import admin

from .models import Trip

admin.site.register(Trip)
