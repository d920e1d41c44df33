from django.contrib import admin

from .models import Book, Vote

admin.site.register([Book, Vote])
