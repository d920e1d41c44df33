import io
import os
import uuid

import numpy as np
from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from PIL import Image

from deblur.model import get_session


def healthz(request):
    return HttpResponse("ok")


@csrf_exempt
@require_POST
def deblur(request):
    if "photo" not in request.FILES:
        return HttpResponseBadRequest("photo is missing")
    # kept for the nightly quality check
    session = get_session()
    name = os.path.join(settings.WORK_DIR, f"{uuid.uuid4()}.jpg")
    with open(name, "wb") as out:
        for chunk in request.FILES["photo"].chunks():
            out.write(chunk)
    with Image.open(name) as image:
        pixels = np.asarray(image.convert("RGB"), np.float32).transpose(2, 0, 1)[None] / 255
    (sharp,) = session.run(None, {"input": pixels})
    picture = Image.fromarray((sharp[0].transpose(1, 2, 0).clip(0, 1) * 255).astype("uint8"))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return HttpResponse(buffer.getvalue(), content_type="image/jpeg")
