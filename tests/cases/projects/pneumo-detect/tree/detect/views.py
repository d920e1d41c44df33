from django.http import JsonResponse
from django.shortcuts import render
from PIL import Image

from ml.Predictor import predict


def index(request):
    return render(request, 'Index.html')


def check(request):
    if request.method != 'POST' or 'scan' not in request.FILES:
        return JsonResponse({'error': 'scan missing'}, status=400)
    scan = Image.open(request.FILES['scan']).convert('L').resize((2, 2))
    return JsonResponse({'scores': predict([p / 255 for p in scan.getdata()])})
