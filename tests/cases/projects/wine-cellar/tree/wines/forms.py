from django import forms


class WineForm(forms.Form):
    alcohol = forms.FloatField(min_value=7, max_value=16)
    sulphates = forms.FloatField(min_value=0, max_value=3)
    acidity = forms.FloatField(min_value=0, max_value=2)
    sugar = forms.FloatField(min_value=0, max_value=70)
