from celery import shared_task

from .models import Score


@shared_task
def count_pages(pk):
    score = Score.objects.get(pk=pk)
    with score.pdf.open("rb") as file:
        Score.objects.filter(pk=pk).update(pages=file.read().count(b"/Type /Page\n") or None)
