from django import forms

from .models import Transect


class TransectForm(forms.ModelForm):
    class Meta:
        model = Transect
        fields = ["site", "photo"]
