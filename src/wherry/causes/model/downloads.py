"""Models and data that are fetched, or kept, while the app runs."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH520",
        name="model-file-on-ephemeral-disk",
        title="A model is written where it does not last",
        severity=Severity.WARNING,
        why="{where|The code} saves or downloads a model into the app's folder. Each dyno has its "
        "own copy of the slug, and loses what it wrote with the next restart, at the latest "
        "within a day.",
        remedies=(
            edit(
                "Keep it in object storage.",
                "{code_file|views.py}",
                's3.upload_file("/tmp/model.keras", bucket, "model.keras")',
            ),
            run(
                "Or train elsewhere and deploy the result.",
                "wherry shrink {model|model.keras} -o {bundle|model.bundle}",
                "git add {bundle|model.bundle}",
            ),
            run(
                "Or give it a volume.",
                "dokku storage:mount {app|APP} /var/lib/dokku/data/storage/models:/app/models",
                on="dokku",
            ),
            run("Or give it a volume.", "fly volumes create models --size 1", on="fly"),
        ),
        check=Check(
            "It is still there after a restart:",
            ("heroku ps:restart web", "heroku run -- ls -l {model|model.keras}"),
        ),
        sources=(sources.HEROKU_ISOLATION, sources.PROJECTS),
        related=("model-downloaded-at-request", "training-in-request", "media-upload-ephemeral"),
    ),
    Cause(
        code="WH521",
        name="model-download-refused",
        title="The server that holds the model does not hand it out{reason:: *|}",
        severity=Severity.ERROR,
        why="Google Drive counts downloads and asks before large ones, Dropbox and GitHub show a "
        "page instead of the file, Hugging Face limits visitors without a token, and a bucket "
        "(S3's, Google's, Azure's) wants a key that may read it.",
        looks_like=(
            (
                "Access denied with the following error: Cannot retrieve the "
                "public link of the file. You may need to change the "
                "permission to 'Anyone with the link', or have had many "
                "accesses."
            ),
            "urllib.error.HTTPError: HTTP Error 403: Forbidden",
            "huggingface_hub.errors.HfHubHTTPError: 429 Client Error: Too Many Requests",
            (
                "botocore.exceptions.ClientError: An error occurred (403) when calling the "
                "HeadObject operation: Forbidden"
            ),
        ),
        remedies=(
            run(
                "Deploy the file with the app; shrunk, it fits into git.",
                "wherry shrink {model|model.h5} -o {bundle|model.bundle}",
                "git add {bundle|model.bundle}",
            ),
            run(
                "Or keep it with a release on GitHub, whose assets have direct links.",
                "gh release create model-1 {model|model.h5}",
            ),
        ),
        check=Check(
            "A stranger gets the bytes:", ("curl -fsSLI {url|https://example.com/model.h5}",)
        ),
        sources=(sources.LOGS,),
        related=("model-downloaded-at-request", "model-file-corrupt", "third-party-service"),
    ),
    Cause(
        code="WH522",
        name="pretrained-weights-downloaded",
        title='Pretrained weights are downloaded at every start: {call|weights="imagenet"}',
        severity=Severity.WARNING,
        why="keras.applications, transformers, tensorflow_hub and torch.hub fetch weights into the "
        "home folder when they are first used. On a file system that is new with each start, that "
        "is every time, before the port is bound or while a request waits.",
        looks_like=(
            (
                "Downloading data from "
                "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
            ),
        ),
        remedies=(
            run(
                "Save the model once, and deploy that.",
                "python -c 'import keras; keras.applications.MobileNetV2().save(\"model.keras\")'",
                "wherry shrink model.keras -o {bundle|model.bundle}",
            ),
            edit(
                "Or fetch them while the image is built.",
                "Dockerfile",
                "RUN python -c 'import keras; keras.applications.MobileNetV2()'",
                on="dokku render railway fly cloud-run",
            ),
            edit(
                "If your own weights follow anyway, ask for none.",
                "{code_file|views.py}",
                "MobileNetV2(weights=None)",
            ),
        ),
        check=Check(
            "It starts without a network:",
            ("docker run --rm --network none {app|app} python -c 'import {module|app.views}'",),
        ),
        sources=(sources.KERAS_APPLICATIONS, sources.HEROKU_ISOLATION),
        related=("slow-boot", "model-downloaded-at-request"),
    ),
    Cause(
        code="WH526",
        name="nltk-data-missing",
        title="NLTK's data is not installed{resource:: *|}",
        severity=Severity.ERROR,
        why="The package comes without its corpora. nltk.download() at run time writes to a disk "
        "that does not last; Heroku's buildpack downloads what a file nltk.txt lists, and only "
        "that.",
        looks_like=(
            "  Resource \u001b[93mpunkt\u001b[0m not found.",
            "LookupError:",
            "  >>> nltk.download('punkt')",
        ),
        remedies=(
            edit(
                "List it for the buildpack.",
                "nltk.txt",
                "{resource|punkt}",
                "git add nltk.txt",
                on="heroku-cedar dokku",
            ),
            edit(
                "Or fetch it while the image is built.",
                "Dockerfile",
                "RUN python -m nltk.downloader -d /usr/share/nltk_data {resource|punkt}",
                on="dokku render railway fly cloud-run",
            ),
            run(
                "Or commit it, where it is small, and say where it is.",
                "python -m nltk.downloader -d nltk_data {resource|punkt}",
                "git add nltk_data",
                "heroku config:set NLTK_DATA=nltk_data",
                on="heroku",
            ),
        ),
        check=Check(
            "It is found in the running app:",
            (
                (
                    "heroku run -- python -c 'import nltk; "
                    'nltk.data.find("tokenizers/{resource|punkt}")\''
                ),
            ),
        ),
        sources=(sources.NLTK, sources.BUILDPACK, sources.PROJECTS),
        related=("model-downloaded-at-request",),
    ),
)
