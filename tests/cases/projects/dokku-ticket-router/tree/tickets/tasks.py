from celery import shared_task
from django.core.mail import mail_admins

from .models import Ticket


@shared_task
def notify(pk):
    ticket = Ticket.objects.get(pk=pk)
    mail_admins(f'[{ticket.queue}] {ticket.subject}', ticket.body)
