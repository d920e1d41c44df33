from django import forms


class PlotForm(forms.Form):
    rainfall_mm = forms.FloatField(min_value=0)
    nitrogen_kg = forms.FloatField(min_value=0)
    hectares = forms.FloatField(min_value=0.1)
