from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from .forms import AssessmentForm
from .models import Assessment
from .predictor import malignancy


@login_required
def home(request):
    form = AssessmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        Assessment.objects.create(
            clinician=request.user,
            reference=form.cleaned_data["reference"],
            malignant=malignancy(form.cleaned_data["photo"]),
        )
        return redirect("home")
    return render(request, "triage/home.html", {"form": form, "assessments": Assessment.objects.all()[:50]})
