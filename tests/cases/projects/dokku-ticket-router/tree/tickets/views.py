import json

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .apps import TicketsConfig
from .models import Ticket
from .tasks import notify
from .text import encode

QUEUES = ['billing', 'hardware', 'network', 'accounts']


@csrf_exempt
@require_POST
def create(request):
    data = json.loads(request.body)
    scores = TicketsConfig.router.predict(encode(data['subject'] + ' ' + data['body']), verbose=0)[0]
    ticket = Ticket.objects.create(subject=data['subject'], body=data['body'], queue=QUEUES[int(scores.argmax())])
    notify.delay(ticket.pk)
    return JsonResponse({'id': ticket.pk, 'queue': ticket.queue, 'score': float(scores.max())}, status=201)
