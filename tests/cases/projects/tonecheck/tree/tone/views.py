from rest_framework.response import Response
from rest_framework.views import APIView

from .classifier import tone
from .serializers import MailSerializer


class ToneView(APIView):
    def post(self, request):
        mail = MailSerializer(data=request.data)
        mail.is_valid(raise_exception=True)
        return Response({"tone": tone(mail.validated_data["text"])})
