from django.shortcuts import render

from .forms import SearchForm
from .models import Song


def search(request):
    form = SearchForm(request.GET or None)
    songs = Song.objects.none()
    if form.is_valid():
        songs = Song.objects.filter(artist=form.cleaned_data['artist'])
    return render(request, 'songs/search.html', {'form': form, 'songs': songs})
