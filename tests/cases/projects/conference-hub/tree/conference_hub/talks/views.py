from django.views.generic import ListView

from .models import Talk


class TalkList(ListView):
    model = Talk
