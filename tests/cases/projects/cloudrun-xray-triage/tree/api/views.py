from django.conf import settings
from rest_framework.response import Response
from rest_framework.views import APIView
from tensorflow import keras

from .models import Study
from .preprocess import load

LABELS = ['Atelectasis', 'Cardiomegaly', 'Consolidation', 'Edema', 'Effusion']


class TriageView(APIView):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.model = keras.models.load_model(settings.BASE_DIR / 'models' / 'densenet121_chest')

    def post(self, request):
        study = Study.objects.create(image=request.FILES['image'])
        scores = self.model.predict(load(study.image.path), verbose=0)[0]
        study.findings = {label: round(float(s), 4) for label, s in zip(LABELS, scores)}
        study.save()
        return Response({'id': study.pk, 'findings': study.findings})
