from celery import shared_task

from .models import Review
from .nlp import sentiment


@shared_task
def score_all():
    for review in Review.objects.filter(score=None).iterator():
        review.score = float(sentiment(review.text)[1])
        review.save(update_fields=["score"])
