from django.contrib import admin

from .models import Score
from .tasks import count_pages


@admin.register(Score)
class ScoreAdmin(admin.ModelAdmin):
    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        count_pages.delay(obj.pk)
