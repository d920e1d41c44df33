from django.shortcuts import render

BOATS = [{"name": "Otter", "seats": 4}, {"name": "Teal", "seats": 6}]


def fleet(request):
    return render(request, "fleet.html", {"boats": BOATS})


def rows(request):
    # htmx asks for the table's rows alone
    return render(request, "fleet.html#rows", {"boats": BOATS})
