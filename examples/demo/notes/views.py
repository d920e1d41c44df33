"""The page, and the view that turns a recording into notes."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from notes import audio, synthesis
from notes.transcription import transcribe
from wherry.django.answers import endpoint, json_response
from wherry.django.body import read_body
from wherry.errors import InvalidInput

SCALE_RATE = 44_100


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the page on which a recording is chosen."""
    limits = {"longest_s": audio.LONGEST_S, "largest_bytes": audio.LARGEST_BYTES}
    return render(request, "notes/page.html", limits)


@require_safe
def scale(_: HttpRequest) -> HttpResponse:
    """Answer with a synthesised C major scale as a WAV file."""
    wav = synthesis.to_wav(synthesis.scale(SCALE_RATE), SCALE_RATE)
    return HttpResponse(wav, content_type="audio/wav")


@endpoint("POST")
def transcription(request: HttpRequest) -> HttpResponse:
    """Answer with the notes of the WAV file in the body."""
    data = read_body(request, audio.LARGEST_BYTES)
    started = time.monotonic()
    try:
        samples = audio.read_wav(data)
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    notes = transcribe(samples)
    return json_response(
        {
            "duration_s": len(samples) / audio.RATE,
            "took_s": time.monotonic() - started,
            "notes": [
                {
                    "midi": note.midi,
                    "start_s": note.start * audio.FRAME_S,
                    "end_s": note.end * audio.FRAME_S,
                    "confidence": note.confidence,
                }
                for note in notes
            ],
        }
    )
