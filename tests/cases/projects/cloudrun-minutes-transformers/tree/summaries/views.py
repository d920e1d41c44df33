from django.shortcuts import redirect, render
from transformers import pipeline

from .models import Transcript

summarizer = pipeline("summarization", model="facebook/bart-large-cnn")


def index(request):
    return render(request, "summaries/index.html", {"transcripts": Transcript.objects.order_by("-created")})


def upload(request):
    transcript = Transcript.objects.create(file=request.FILES["file"])
    text = transcript.file.read().decode("utf-8", errors="replace")
    transcript.summary = summarizer(text[:4000], max_length=160)[0]["summary_text"]
    transcript.save()
    return redirect("index")
