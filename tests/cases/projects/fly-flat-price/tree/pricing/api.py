from ninja import NinjaAPI, Schema

from .models import Quote
from .network import price

api = NinjaAPI(title="flatprice", version="0.1")


class Flat(Schema):
    rooms: int
    area: float
    floor: int = 0
    year: int = 1990


@api.post("/price")
def quote(request, flat: Flat):
    value = price(**flat.dict())
    Quote.objects.create(payload=flat.dict(), price=value)
    return {"price": round(value, -2), "currency": "PLN"}


@api.get("/quotes")
def quotes(request, limit: int = 20):
    return list(Quote.objects.order_by("-asked").values("payload", "price", "asked")[:limit])
