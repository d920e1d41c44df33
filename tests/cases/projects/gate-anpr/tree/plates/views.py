from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Reading
from .reader import PlateReader


class PlateView(APIView):
    parser_classes = [MultiPartParser]

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.reader = PlateReader()

    def post(self, request):
        plate, confidence = self.reader.read(request.FILES["frame"].read())
        if plate:
            Reading.objects.create(plate=plate, confidence=confidence)
        return Response({"plate": plate, "confidence": confidence})
