"""What looks like a failure in a log, and is none."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit, run

CAUSES: Final = (
    Cause(
        code="WH790",
        name="cuda-noise-harmless",
        title="TensorFlow says that there is no GPU, which is true and harmless",
        severity=Severity.NOTE,
        noise=True,
        why="It looks for CUDA's libraries when it is imported, and says that it found none. On a "
        "host without GPUs this is normal: the reason for a failure is elsewhere in the log.",
        looks_like=(
            (
                "W "
                "tensorflow/stream_executor/platform/default/dso_loader.cc:64] "
                "Could not load dynamic library 'libcudart.so.11.0'; dlerror: "
                "libcudart.so.11.0: cannot open shared object file: No such "
                "file or directory"
            ),
            (
                "I tensorflow/stream_executor/cuda/cudart_stub.cc:29] Ignore "
                "above cudart dlerror if you do not have a GPU set up on your "
                "machine."
            ),
            (
                "E tensorflow/stream_executor/cuda/cuda_driver.cc:271] failed "
                "call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device "
                "is detected"
            ),
            (
                "I tensorflow/tsl/cuda/cudart_stub.cc:28] Could not find cuda "
                "drivers on your machine, GPU will not be used."
            ),
        ),
        remedies=(
            edit(
                "Take the build for processors.",
                "{requirements|requirements.txt}",
                "tensorflow-cpu=={version|2.20.0}",
                pythons="3.9-3.13",
            ),
            run(
                "Or silence it.",
                "heroku config:set TF_CPP_MIN_LOG_LEVEL=2 CUDA_VISIBLE_DEVICES=-1",
                on="heroku",
            ),
        ),
        check=Check(
            "It computes all the same:",
            ("python -c 'import tensorflow as tf; print(tf.reduce_sum([1, 2]))'",),
        ),
        sources=(sources.TF_INSTALL, sources.LOGS),
        related=("full-tensorflow-not-cpu", "tensorflow-startup-messages"),
    ),
    Cause(
        code="WH791",
        name="daily-restart",
        title="The platform restarted the dyno, as it does every day",
        severity=Severity.NOTE,
        noise=True,
        why="Heroku restarts every dyno after {heroku.restart_after_s} and up to 216 minutes. The "
        "process gets SIGTERM and ends with 143, and the next one is started.",
        looks_like=(
            "Cycling",
            "State changed from up to starting",
            "Stopping all processes with SIGTERM",
            "Process exited with status 143",
        ),
        platforms=frozenset(("heroku",)),
        remedies=(
            edit(
                "Nothing, if the start is quick and requests may end.",
                "Procfile",
                "web: gunicorn --graceful-timeout 25 {project|mysite}.wsgi",
            ),
        ),
        check=Check("It is up again within a minute:", ("heroku ps",)),
        sources=(sources.HEROKU_RESTARTS,),
        related=("restart-after-change", "shutdown-ignored-sigterm"),
    ),
    Cause(
        code="WH792",
        name="restart-after-change",
        title="The app was restarted because somebody deployed or changed a setting",
        severity=Severity.NOTE,
        noise=True,
        why="Each new release, config var and add-on restarts all processes: SIGTERM, status 143, "
        "and a start.",
        looks_like=(
            "Set SECRET_KEY config vars by user name@example.com",
            "Release v28 created by user name@example.com",
            "Restarting",
            "Process exited with status 143",
        ),
        remedies=(
            run(
                "Nothing; to avoid several in a row, set variables together.",
                "heroku config:set A=1 B=2",
                on="heroku",
            ),
            run(
                "Nothing; to avoid several in a row, set variables together.",
                "dokku config:set {app|APP} A=1 B=2",
                on="dokku",
            ),
            run(
                "Nothing; to avoid several in a row, set variables together.",
                "fly secrets set A=1 B=2",
                on="fly",
            ),
            run(
                "Nothing; to avoid several in a row, set variables together.",
                "railway variables --set A=1 --set B=2",
                on="railway",
            ),
            run(
                "Nothing; to avoid several in a row, set variables together.",
                "gcloud run services update {app|SERVICE} --update-env-vars A=1,B=2",
                on="cloud-run",
            ),
            edit(
                "Nothing; to avoid several in a row, set variables together.",
                "render.yaml",
                "envVars:\n  - key: A\n    value: 1\n  - key: B\n    value: 2",
                on="render",
            ),
        ),
        check=Check("Who did what:", ("heroku releases",)),
        sources=(sources.HEROKU_RESTARTS,),
        related=("daily-restart",),
    ),
    Cause(
        code="WH793",
        name="tensorflow-startup-messages",
        title="TensorFlow tells about itself when it starts",
        severity=Severity.NOTE,
        noise=True,
        why="oneDNN, processor features, retracing and absl's notes are information, even where "
        "they are written as warnings.",
        looks_like=(
            (
                "I tensorflow/core/util/port.cc:153] oneDNN custom operations "
                "are on. You may see slightly different numerical results due "
                "to floating-point round-off errors from different computation "
                "orders. To turn them off, set the environment variable "
                "`TF_ENABLE_ONEDNN_OPTS=0`."
            ),
            (
                "I tensorflow/core/platform/cpu_feature_guard.cc:210] This "
                "TensorFlow binary is optimized to use available CPU "
                "instructions in performance-critical operations."
            ),
            (
                "WARNING:absl:Compiled the loaded model, but the compiled "
                "metrics have yet to be built. `model.compile_metrics` will be "
                "empty until you train or evaluate the model."
            ),
            "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        ),
        remedies=(
            edit(
                "Nothing; or silence it, before TensorFlow is imported.",
                "wsgi.py",
                'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")',
            ),
        ),
        check=Check("It predicts all the same.", ("curl {url|http://127.0.0.1:8000/predict}",)),
        sources=(sources.TF_INSTALL,),
        related=("cuda-noise-harmless",),
    ),
    Cause(
        code="WH794",
        name="internet-scanners",
        title="Strangers' programs knock at every door of the internet",
        severity=Severity.NOTE,
        noise=True,
        why="Requests for /wp-login.php, /.env or a bare address come from scanners. 404 and 400 "
        "are the right answers.",
        looks_like=(
            "Not Found: /wp-login.php",
            "Not Found: /.env",
            (
                "Invalid HTTP_HOST header: '3.94.12.7'. You may need to add "
                "'3.94.12.7' to ALLOWED_HOSTS."
            ),
        ),
        remedies=(
            edit(
                "Nothing; or keep them out of the log.",
                "{settings|settings.py}",
                '"django.security.DisallowedHost": {"handlers": [], "propagate": False},',
            ),
        ),
        check=Check(
            "Your own name is answered:",
            ("curl -I https://{host|myapp-1234567890ab.herokuapp.com}/",),
        ),
        sources=(sources.DJANGO_SECURITY,),
        related=("allowed-hosts",),
    ),
)
