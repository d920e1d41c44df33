from django.contrib import admin

from .models import Loan

admin.site.register(Loan)
