from django.contrib import admin
from .models import Leaf

admin.site.register(Leaf)
