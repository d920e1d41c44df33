from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from .model import scores


class CoughSerializer(serializers.Serializer):
    mfcc = serializers.ListField(child=serializers.FloatField(), min_length=8, max_length=8)


class CoughView(APIView):
    def post(self, request):
        form = CoughSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        dry, wet, none = scores(form.validated_data["mfcc"])
        return Response({"dry": dry, "wet": wet, "none": none})


def health(request):
    return HttpResponse("ok")
