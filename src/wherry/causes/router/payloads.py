"""Bodies that are too large, or cannot be written."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH418",
        name="upload-too-large",
        title="The upload is larger than what is accepted{limit:: *|}",
        severity=Severity.WARNING,
        why="Django reads form fields up to 2.5 MB (files are not limited), nginx on Dokku takes "
        "{dokku.body_limit_bytes}, and base64 makes an image a third larger than it is.",
        looks_like=(
            (
                "django.core.exceptions.RequestDataTooBig: Request body "
                "exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE."
            ),
            "client intended to send too large body: 5242880 bytes",
            "413 Request Entity Too Large",
        ),
        remedies=(
            edit(
                "Send files as files (multipart), not inside JSON.",
                "{template|index.html}",
                '<form method="post" enctype="multipart/form-data">',
            ),
            edit(
                "Raise Django's limit as far as your memory allows.",
                "{settings|settings.py}",
                "DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000",
            ),
            run(
                "Raise nginx's limit.",
                "dokku nginx:set {app|APP} client-max-body-size 10m",
                "dokku proxy:build-config {app|APP}",
                on="dokku",
            ),
        ),
        check=Check(
            "A file of the largest size gets through:",
            ("curl -F file=@{file|large.jpg} {url|http://127.0.0.1:8000/upload}",),
        ),
        sources=(sources.DJANGO_SETTINGS, sources.DOKKU_NGINX),
        related=("memory-alloc-failed", "server-closed-early-h18"),
    ),
    Cause(
        code="WH424",
        name="numpy-not-json",
        title="The answer holds numpy's numbers, which JSON does not know",
        severity=Severity.ERROR,
        why="A prediction is an array of float32. Python's encoder knows int, float and list only.",
        looks_like=(
            "TypeError: Object of type float32 is not JSON serializable",
            "TypeError: Object of type ndarray is not JSON serializable",
        ),
        remedies=(
            edit(
                "Turn them into Python's own.",
                "{code_file|views.py}",
                'return JsonResponse({"probability": float(answer[0]), "all": answer.tolist()})',
            ),
        ),
        check=Check("It is encoded:", ("curl {url|http://127.0.0.1:8000/predict}",)),
        sources=(sources.page("Python: json", "docs.python.org/3/library/json.html"),),
        related=("application-error",),
    ),
)
