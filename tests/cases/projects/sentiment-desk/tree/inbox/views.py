from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from .models import Message
from .predictor import predict
from .text import clean


def index(request):
    return render(request, 'inbox/index.html', {'messages_list': Message.objects.order_by('-id')[:20]})


@require_POST
def classify(request):
    body = request.POST.get('body', '')
    label, score = predict(clean(body))
    Message.objects.create(body=body, label=label, score=score)
    return JsonResponse({'label': str(label), 'score': score})
