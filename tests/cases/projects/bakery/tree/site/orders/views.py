from django.views.generic import CreateView

from .models import Order


class NewOrder(CreateView):
    model = Order
    fields = ["loaves", "collect_on"]
    success_url = "/"
    template_name = "orders/new.html"
