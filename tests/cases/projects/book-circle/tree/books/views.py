from django.db.models import Count
from django.views.generic import ListView

from .models import Book


class BookList(ListView):
    queryset = Book.objects.annotate(votes=Count('vote')).order_by('-votes')
