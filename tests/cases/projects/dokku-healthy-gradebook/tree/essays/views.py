from django.shortcuts import render

from .grader import grade


def essay(request):
    given = request.POST.get("essay", "")
    return render(request, "essays/essay.html", {"essay": given, "grade": grade(given) if given else None})
