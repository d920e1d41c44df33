from django import forms

from .models import Song


class SearchForm(forms.Form):
    artist = forms.ChoiceField(
        choices=[(name, name) for name in Song.objects.values_list('artist', flat=True).distinct()]
    )
