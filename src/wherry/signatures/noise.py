"""What only looks like a failure."""

import re
from typing import Final

from wherry.signatures.conditions import passes
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_SCANNED: Final = re.compile(
    r"/(?:wp-|wordpress|\.env|\.git|phpmyadmin|pma|xmlrpc|vendor/phpunit|cgi-bin|boaform|actuator"
    r"|HNAP1|solr|owa/|manager/html|\.aws|\.well-known/security|config\.json|telescope|_profiler"
    r"|administrator|sdk|evox|\.vscode|\.DS_Store|login\.action|ecp/|autodiscover|jenkins|"
    r"admin\.php"
    r"|shell|setup\.cgi|wlwmanifest|\w+\.php\b)|\.php(?:\?|$)"
)


def _not_found(event: Event, found: re.Match[str]) -> Verdict | None:
    del event
    if _SCANNED.search(found["url"]):
        return Verdict("internet-scanners", values_of(found))
    return None


SIGNATURES = (
    # A server that is told to stop ends what is still open, and says so as an error.
    *sees(
        "~ends-requests",
        r"Cancel \d+ running task\(s\), timeout graceful shutdown exceeded",
        r"CancelledError: Task cancelled, timeout graceful shutdown exceeded",
    ),
    # passlib asks bcrypt for its version in a place that bcrypt 4.1 left; it says so and goes on.
    *sees(
        "~trapped",
        r"module 'bcrypt' has no attribute '__about__'",
        types="AttributeError",
        when=passes("/passlib/"),
    ),
    *sees(
        "cuda-noise-harmless",
        r"Could not load dynamic library 'lib(?:cu|nv)\w+\.so[\w.]*'",
        r"Ignore above cudart dlerror",
        r"failed call to cuInit: .{1,100}",
        r"Could not find cuda drivers on your machine, GPU will not be used",
        r"Cannot dlopen some GPU libraries",
        r"Skipping registering GPU devices",
        r"kernel driver does not appear to be running on this host",
        r"retrieving CUDA diagnostic information for host",
        r"Could not find TensorRT",
        r"TF-TRT Warning: .{1,80}",
        r"Unable to register cu\w+ factory: .{1,100}",
        r"CUDA_ERROR_NO_DEVICE",
        r"no NVIDIA GPU device is present: /dev/nvidia0 does not exist",
        r"successful NUMA node read from SysFS had negative value",
        r"GPU device discovery failed",
        r"libcuda reported version is: .{1,60}",
        r"UserWarning: CUDA initialization: .{1,200}",
        r"User provided device_type of 'cuda', but CUDA is not available",
        r"Specified provider 'CUDAExecutionProvider' is not in available provider names",
    ),
    *sees(
        "tensorflow-startup-messages",
        r"oneDNN custom operations are on",
        r"This TensorFlow binary is optimized .{1,80}",
        r"Your CPU supports instructions that this TensorFlow binary was not compiled to use",
        r"Compiled the loaded model, but the compiled metrics have yet to be built",
        r"Created TensorFlow Lite XNNPACK delegate for CPU",
        r"No training configuration found in the save file, so the model was \*not\* compiled",
        r"Error in loading the saved optimizer state",
        r"XLA service 0x\w+ initialized",
        r"None of the MLIR (?:optimization passes|Optimization Passes) are enabled",
        r"Do not pass an `input_shape`/`input_dim` argument to a layer",
        r"Your `PyDataset` class should call",
        r"The name tf\.\w+(?:\.\w+)* is deprecated\. Please use tf\.compat\.v1",
        r"Skipping variable loading for optimizer",
        r"All log messages before absl::InitializeLog\(\) is called are written to STDERR",
        r"CPU Frequency: \d+ Hz",
        r"StreamExecutor device \(0\): Host, Default Version",
        r"Passing \(type, 1\) or '1type' as a synonym of type is deprecated",
        r"Allocation of \d+ exceeds \d+% of (?:free )?system memory",
    ),
    # Whoever asked was gone before the answer was written, or the question was read.
    *sees(
        "client-left",
        r"\[Errno (?:32|104)\] .{1,60}",
        r"\(104, '.{1,60}'\)",
        types="BrokenPipeError ConnectionResetError",
        when=passes(
            "/socketserver.py",
            "/wsgiref/",
            "/gunicorn/",
            "/uvicorn/",
            "/waitress/",
            "/daphne/",
            "/django/core/servers/",
            "/werkzeug/serving.py",
            "/hypercorn/",
        ),
    ),
    *sees(
        "client-left",
        r"UnreadablePostError: .{1,120}",
        r"requests\.ClientDisconnect",
        r"gunicorn\.http\.errors\.NoMoreData: .{1,80}",
        r"websockets\.exceptions\.ConnectionClosed(?:Error|OK)?: .{1,120}",
        r"uwsgi_response_write_body_do\(\): .{1,60}",
        r"uwsgi_response_writev_headers_and_body_do\(\): .{1,60}",
        r"SIGPIPE: writing to a closed pipe/socket/fd \(probably the client disconnected\)",
        r"OSError: write error",
    ),
    *sees(
        "internet-scanners",
        r"Not Found: (?P<url>/\S+)",
        r"(?:GET|POST|HEAD) (?P<url>/\S+) HTTP/[\d.]+\"? 404",
        judge=_not_found,
    ),
    *sees(
        "asleep-cold-start",
        r"Your free instance will spin down with inactivity",
        r"Machine .{1,60} is now stopped.{0,60}autostop",
        r"App \S+ has excess capacity, autostopping machine",
        r"Downscaling app .{1,80} from \d+ machines? to",
        r"Waking up .{0,40}(?:service|machine|app)",
    ),
)
