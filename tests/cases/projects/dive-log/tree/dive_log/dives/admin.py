from django.contrib import admin

from .models import Dive

admin.site.register(Dive)
