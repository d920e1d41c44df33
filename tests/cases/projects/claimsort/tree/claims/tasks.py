from celery import shared_task

from scoring.model import desk_for

from .models import Claim


@shared_task
def route_claim(claim_id):
    claim = Claim.objects.get(pk=claim_id)
    claim.desk = desk_for(claim.payload)
    claim.save(update_fields=["desk"])
    return claim.desk
