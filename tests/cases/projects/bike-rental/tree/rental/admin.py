from django.contrib import admin

from .models import Bike

admin.site.register(Bike)
