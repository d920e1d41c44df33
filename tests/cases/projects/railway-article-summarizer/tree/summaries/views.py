import requests
from bs4 import BeautifulSoup
from django.conf import settings
from django.http import JsonResponse
from django.shortcuts import redirect, render

from .models import Summary


def article_text(url):
    soup = BeautifulSoup(requests.get(url, timeout=15).text, 'html.parser')
    return ' '.join(p.get_text() for p in soup.find_all('p'))


def home(request):
    if request.method == 'POST':
        # imported here so that "manage.py" stays fast
        from transformers import pipeline

        summarizer = pipeline(
            'summarization',
            model='facebook/bart-large-cnn',
            token=settings.HUGGINGFACE_TOKEN or None,
        )
        text = article_text(request.POST['url'])
        result = summarizer(text[:3000], max_length=130, min_length=30, do_sample=False)
        Summary.objects.create(url=request.POST['url'], text=result[0]['summary_text'])
        return redirect('home')
    return render(request, 'summaries/home.html', {'summaries': Summary.objects.all()[:20]})


def health(request):
    return JsonResponse({'status': 'ok'})
