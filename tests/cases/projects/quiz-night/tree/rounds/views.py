import secrets

from django.http import HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from .tasks import mail_results

SOLUTIONS = {'1': 'oslo', '2': 'vltava', '3': '1791'}

# team token -> name, points and what it has answered
TEAMS = {}
current_round = 1


def lobby(request):
    return render(request, 'rounds/lobby.html', {'round': current_round})


@require_POST
def join(request):
    token = secrets.token_urlsafe(8)
    TEAMS[token] = {'name': request.POST.get('name', 'nameless')[:40], 'points': 0, 'answered': set()}
    return JsonResponse({'token': token})


@require_POST
def answer(request):
    global current_round
    team = TEAMS.get(request.POST.get('token'))
    question = request.POST.get('question')
    if team is None or question not in SOLUTIONS:
        return HttpResponseBadRequest('who are you?')
    if question not in team['answered'] and request.POST.get('text', '').strip().lower() == SOLUTIONS[question]:
        team['points'] += 1
    team['answered'].add(question)
    if all(len(t['answered']) >= current_round for t in TEAMS.values()):
        current_round += 1
    return JsonResponse({'round': current_round})


def board(request):
    ranking = sorted(TEAMS.values(), key=lambda t: -t['points'])
    return JsonResponse({'board': [[t['name'], t['points']] for t in ranking]})


@require_POST
def finish(request):
    team = TEAMS.pop(request.POST.get('token'), None)
    if team is None:
        return HttpResponseBadRequest('who are you?')
    mail_results.delay(request.POST['email'], team['name'], team['points'])
    return JsonResponse({'points': team['points']})
