from rest_framework import mixins, serializers, viewsets

from .ml import queue_for
from .models import Ticket


class TicketSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ticket
        fields = ["id", "subject", "body", "queue", "created"]
        read_only_fields = ["queue"]


class TicketViewSet(mixins.CreateModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    queryset = Ticket.objects.order_by("-created")
    serializer_class = TicketSerializer

    def perform_create(self, serializer):
        data = serializer.validated_data
        serializer.save(queue=queue_for(data["subject"] + " " + data["body"]))
