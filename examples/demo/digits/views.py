"""The page; the model itself is asked by the browser, at /v1/models/digits:predict."""

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

HELD_BACK = Path(__file__).with_name("held-back.json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the page on which a digit is drawn."""
    return render(request, "digits/page.html", {"labels": range(10)})


@require_safe
def held_back(_: HttpRequest) -> HttpResponse:
    """Answer with a digit that the model was not trained on: its 8x8 cells and its label."""
    response = JsonResponse(random.choice(read_held_back()))  # noqa: S311
    response["Cache-Control"] = "no-store"
    return response


@cache
def read_held_back() -> list[dict[str, Any]]:
    """Read the digits that were held back from training."""
    digits: list[dict[str, Any]] = json.loads(HELD_BACK.read_text(encoding="utf-8"))
    return digits
