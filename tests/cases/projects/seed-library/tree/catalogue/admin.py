from django.contrib import admin

from .models import Seed

admin.site.register(Seed)
