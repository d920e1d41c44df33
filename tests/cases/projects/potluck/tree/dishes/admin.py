from django.contrib import admin

from .models import Dish

admin.site.register(Dish)
