from django.shortcuts import render


def practice(request):
    return render(request, 'learn/practice.html', {'letters': 'ABCDEFGHIKLMNOPQRSTUVWXY'})
