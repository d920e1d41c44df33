"""Memory that need not be held at all."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH308",
        name="memory-grows-with-requests",
        title="Memory grows with every request",
        severity=Severity.WARNING,
        why="Something is kept: a model loaded anew for each request, predict "
        "called in a loop (each new input shape is traced and stays), figures "
        "that matplotlib never closes, uploads in a global list, or DEBUG, "
        "which records every query.",
        looks_like=(
            "Process running mem=520M(101.6%)",
            "Process running mem=547M(106.9%)",
            "Process running mem=589M(115.0%)",
            (
                "WARNING:tensorflow:5 out of the last 5 calls to <function "
                "Model.make_predict_function> triggered tf.function retracing."
            ),
        ),
        remedies=(
            edit(
                "Call the model instead of predict for single samples.",
                "{code_file|views.py}",
                "answer = model(array, training=False).numpy()",
            ),
            edit("Close what you draw.", "{code_file|views.py}", "plt.close(figure)"),
            edit(
                "As a stopgap, renew workers now and then.",
                "Procfile",
                "web: gunicorn --max-requests 500 --max-requests-jitter 50 {project|mysite}.wsgi",
                needs="a model that loads in well under the request limit",
            ),
        ),
        check=Check(
            "It levels off under load:",
            ("heroku labs:enable log-runtime-metrics", "heroku logs --tail"),
        ),
        sources=(
            sources.page(
                "Gunicorn settings: max_requests",
                "docs.gunicorn.org/en/stable/settings.html#max-requests",
            ),
            sources.page(
                "Keras: predict", "keras.io/api/models/model_training_apis/#predict-method"
            ),
        ),
        related=("model-loaded-per-request", "debug-true", "memory-quota-exceeded"),
    ),
    Cause(
        code="WH309",
        name="files-count-as-memory",
        title="Files that are written count as memory",
        severity=Severity.WARNING,
        why="On Cloud Run the file system is memory: a downloaded model, uploads in /tmp and logs "
        "all count towards the limit, and a model that is then loaded counts twice.",
        looks_like=(
            (
                "Memory limit of 512 MiB exceeded with 529 MiB used. Consider "
                "increasing the memory limit"
            ),
        ),
        platforms=frozenset(("cloud-run",)),
        remedies=(
            edit(
                "Put the model into the image instead of downloading it.",
                "Dockerfile",
                "COPY {bundle|model.bundle} ./{bundle|model.bundle}",
                on="cloud-run",
            ),
            run(
                "Or mount a bucket.",
                "gcloud run services update {app|SERVICE} --add-volume "
                "name=models,type=cloud-storage,bucket={bucket|BUCKET} "
                "--add-volume-mount volume=models,mount-path=/models",
                on="cloud-run",
            ),
        ),
        check=Check("Nothing large is written:", ("du -sh /tmp",)),
        sources=(sources.CLOUD_RUN_CONTRACT,),
        related=("memory-limit-killed", "model-downloaded-at-request", "media-upload-ephemeral"),
    ),
    Cause(
        code="WH310",
        name="tensorflow-only-for-inference",
        title="TensorFlow is installed only to load one model and predict",
        severity=Severity.NOTE,
        why="Nothing here trains. For predictions alone, LiteRT or ONNX Runtime do the same in "
        "tens of megabytes, on any Python, and start in a second.",
        remedies=(
            edit(
                "Convert the model once (its answers are compared with the "
                "original's), and require the light runtime.",
                "{requirements|requirements.txt}",
                "wherry[litert,serve]",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
                pythons="3.12-3.14",
            ),
            edit(
                "Or by hand, with TensorFlow's own converter.",
                "convert.py",
                "tf.lite.TFLiteConverter.from_keras_model(model).convert()",
            ),
        ),
        check=Check(
            "The bundle answers as the original does:", ("wherry verify {bundle|model.bundle}",)
        ),
        sources=(sources.LITERT, sources.MEASURED),
        related=("slug-too-large", "memory-too-small", "full-tensorflow-not-cpu"),
    ),
)
