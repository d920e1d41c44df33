from django.contrib import admin

from .models import Scan

admin.site.register(Scan)
