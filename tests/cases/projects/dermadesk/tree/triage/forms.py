from django import forms


class AssessmentForm(forms.Form):
    reference = forms.CharField(max_length=32)
    photo = forms.ImageField()
