from django.contrib import admin

from .models import Mark, Student


class MarkInline(admin.TabularInline):
    model = Mark
    extra = 1


@admin.register(Student)
class StudentAdmin(admin.ModelAdmin):
    inlines = [MarkInline]
