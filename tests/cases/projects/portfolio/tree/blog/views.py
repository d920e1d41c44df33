from django.views import generic

from .models import Post


class PostList(generic.ListView):
    queryset = Post.objects.filter(published=True).order_by('-created')
    paginate_by = 10


class PostDetail(generic.DetailView):
    model = Post
