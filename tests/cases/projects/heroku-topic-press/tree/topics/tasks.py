from celery import shared_task

from .classify import classify
from .models import Manuscript


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=5)
def file_under(pk):
    manuscript = Manuscript.objects.get(pk=pk)
    with manuscript.file.open('rb') as f:
        text = f.read(200_000).decode('utf-8', 'replace')
    manuscript.topics = classify(text)
    manuscript.save(update_fields=['topics'])
