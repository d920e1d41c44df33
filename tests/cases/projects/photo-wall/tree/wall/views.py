from django.views.generic import CreateView

from .models import Photo


class Wall(CreateView):
    model = Photo
    fields = ["image", "caption"]
    success_url = "/"
    template_name = "wall.html"
    extra_context = {"photos": Photo.objects.all()}
