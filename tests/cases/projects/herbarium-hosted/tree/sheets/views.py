from django.views.generic import CreateView, DetailView

from .classifier import name_plant
from .models import Sheet


class SheetCreate(CreateView):
    model = Sheet
    fields = ["picture"]

    def form_valid(self, form):
        form.instance.species = name_plant(form.cleaned_data["picture"])
        form.cleaned_data["picture"].seek(0)
        return super().form_valid(form)


class SheetDetail(DetailView):
    model = Sheet
