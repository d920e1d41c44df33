import io
import subprocess

import httpx
from celery import shared_task
from django.conf import settings
from pydub import AudioSegment
from pydub.silence import split_on_silence

from .models import Recording


@shared_task
def transcribe(pk):
    recording = Recording.objects.get(pk=pk)
    wav = subprocess.run(
        ['ffmpeg', '-i', recording.audio.path, '-ac', '1', '-ar', '16000', '-f', 'wav', 'pipe:1'],
        check=True, capture_output=True,
    ).stdout
    parts = []
    for chunk in split_on_silence(AudioSegment.from_wav(io.BytesIO(wav)), silence_thresh=-40):
        answer = httpx.post(
            settings.TRANSCRIBE_URL,
            headers={'Authorization': f'Bearer {settings.TRANSCRIBE_KEY}'},
            content=chunk.raw_data,
            timeout=120,
        )
        answer.raise_for_status()
        parts.append(answer.json()['text'])
    recording.minutes = '\n'.join(parts)
    recording.state = 'done'
    recording.save(update_fields=['minutes', 'state'])
