from django import forms


class EntryForm(forms.Form):
    model = forms.FileField(help_text='a fitted scikit-learn estimator, joblib or pickle')
    features = forms.FileField(help_text='.npy')
    labels = forms.FileField(help_text='.npy')
