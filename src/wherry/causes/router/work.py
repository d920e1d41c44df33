"""Work that a web process should not do, or not in this way."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH408",
        name="training-in-request",
        title="A view trains a model",
        severity=Severity.ERROR,
        why="{call|fit} runs while somebody waits for a page: longer than a request may take, with "
        "all the memory that training needs, and what it learns is lost at the next restart.",
        remedies=(
            edit(
                "Train elsewhere, once, and deploy the result.",
                "train.py",
                'model.save("model.keras")',
                "wherry shrink model.keras -o {bundle|model.bundle}",
            ),
            edit(
                "If it must be here, in a worker process, with the result in object storage.",
                "Procfile",
                "worker: celery -A {project|mysite} worker --concurrency 1",
            ),
        ),
        check=Check("No view calls it:", ("grep -rnE '\\.fit\\(' --include='*.py' .",)),
        sources=(sources.HEROKU_TIMEOUT, sources.PROJECTS),
        related=("request-timeout-h12", "memory-limit-killed", "model-file-on-ephemeral-disk"),
    ),
    Cause(
        code="WH409",
        name="webcam-on-server",
        title="The code opens a camera, a microphone or a window on the server",
        severity=Severity.ERROR,
        why="cv2.VideoCapture(0), cv2.imshow, sounddevice and pyautogui use the machine that they "
        "run on, which has neither camera nor screen. On your laptop, server and visitor were "
        "the same machine.",
        looks_like=(
            (
                "[ WARN:0@3.204] global cap_v4l.cpp:999 open "
                "VIDEOIO(V4L2:/dev/video0): can't open camera by index"
            ),
            (
                "cv2.error: OpenCV(4.8.0) error: (-2:Unspecified error) The "
                "function is not implemented. Rebuild the library with "
                "Windows, GTK+ 2.x or Cocoa support."
            ),
        ),
        remedies=(
            edit(
                "Take the picture in the browser, and send it.",
                "{template|index.html}",
                "const stream = await navigator.mediaDevices.getUserMedia({video: true});",
            ),
        ),
        check=Check(
            "No server code opens a device:",
            ("grep -rnE 'VideoCapture|imshow|waitKey' --include='*.py' .",),
        ),
        sources=(
            sources.page(
                "MDN: getUserMedia",
                "developer.mozilla.org/en-US/docs/Web/API/MediaDevices/getUserMedia",
            ),
            sources.PROJECTS,
        ),
        related=("missing-libgl", "request-timeout-h12"),
    ),
    Cause(
        code="WH426",
        name="threads-oversubscribed",
        title="Predictions are slow: more threads compute than there are processors' shares",
        severity=Severity.WARNING,
        why="A shared dyno shows {heroku:eco.visible_cpus} processors and grants a share of one to "
        "four. TensorFlow, OpenBLAS and OpenMP start a thread for each that they see, in each "
        "worker, and spend their time waiting for one another.",
        remedies=(
            run(
                "Size the pools to the share.",
                "heroku config:set OMP_NUM_THREADS=2 TF_NUM_INTRAOP_THREADS=2 "
                "TF_NUM_INTEROP_THREADS=1",
                on="heroku-cedar",
            ),
            edit(
                "Or let Wherry, which reads the share.",
                "Procfile",
                "web: wherry serve {project|mysite}.wsgi",
                needs="wherry[serve] in the dependency file",
                pythons="3.12-3.14",
            ),
        ),
        check=Check(
            "The same prediction, with one thread and with all:",
            ("OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 python predict.py",),
        ),
        sources=(sources.HEROKU_DYNOS, sources.BUILDPACK_WORKERS, sources.MEASURED),
        related=("thread-limit", "request-timeout-h12"),
    ),
)
