from django import forms


class EstimateForm(forms.Form):
    role = forms.CharField(max_length=60)
    country = forms.CharField(max_length=2)
    years = forms.IntegerField(min_value=0, max_value=60)
