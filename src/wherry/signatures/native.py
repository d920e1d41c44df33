"""Compiled code: numpy, protobuf, shared libraries, processors, signals, threads."""

import re

from wherry.signatures.conditions import passes, running
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of


def _library(event: Event, found: re.Match[str]) -> Verdict | None:
    """A library that TensorFlow only asks for on a GPU is noise; others are missing."""
    name = found["library"]
    if re.match(r"lib(?:cu|nv|rocm|amdhip|hip|nccl)", name):
        fatal = event.raised is not None and event.raised.name in ("ImportError", "OSError")
        if not fatal:
            return Verdict("cuda-noise-harmless", {})
        return Verdict("gpu-tensorflow-on-cpu-dyno", {"library": name})
    if re.match(r"lib(?:GL|gthread|glib|SM|Xext|Xrender|EGL|ICE|X11|GLU|gobject-2)\b", name) and (
        not re.match(r"libgobject", name)
    ):
        if re.match(r"lib(?:GL|gthread|SM|Xext|Xrender|glib)\b", name):
            return Verdict("missing-libgl", {"library": name})
        return Verdict("system-lib-missing", {"library": name})
    if name.startswith("libstdc++"):
        return Verdict("missing-libstdcpp", {})
    return Verdict("system-lib-missing", {"library": name})


def _started(event: Event, found: re.Match[str]) -> Verdict | None:
    """A program that was to be started; a folder to start it in is named as well, by its path."""
    named = found["program"]
    if event.frames[-1].function != "_execute_child":
        return None
    if "/" in named and not re.match(r"/(?:usr|opt|bin|sbin)/", named):
        return None
    return Verdict("program-missing", {"program": named.rpartition("/")[2]})


def _under_apache(event: Event) -> bool:
    """Whether mod_wsgi imported it: elsewhere, what is loaded twice means something else."""
    return event.source == "apache" or "mod_wsgi" in event.introduction


def _abi(event: Event, found: re.Match[str]) -> Verdict:
    """The sizes tell which way it is: NumPy 2's dtype is smaller, all else grew with time."""
    del event
    expected, got = int(found["expected"]), int(found["got"])
    if found["what"] == "dtype":
        return Verdict("numpy2-abi" if expected > got else "numpy-api-too-old", {})
    if expected > got:
        return Verdict("numpy-api-too-old", {})
    return Verdict(
        "numpy2-abi",
        {},
        ("numpy-api-too-old",),
        "`pip list | grep -i numpy`: 2 or later, or older than what the module was built for",
        sure=False,
    )


def _abi_version(event: Event, found: re.Match[str]) -> Verdict:
    """Its first digits are NumPy's major version."""
    del event
    built, here = int(found["built"], 16), int(found["here"], 16)
    return Verdict("numpy2-abi" if built < here else "numpy-api-too-old", {})


def _not_available(event: Event, found: re.Match[str]) -> Verdict:
    """PyTorch's words where NumPy is another one than it was built for, or not there at all."""
    del event, found
    return Verdict(
        "numpy2-abi",
        {},
        ("dependency-not-in-requirements",),
        "`pip list | grep -i numpy`: 2 or later, or not installed",
        sure=False,
    )


def _gencode(event: Event, found: re.Match[str]) -> Verdict:
    """Code that an older protoc wrote meets a newer protobuf, or the other way round."""
    del event
    newer = int(found["runtime"]) > int(found["gencode"])
    return Verdict("protobuf-too-new" if newer else "protobuf-too-old", {})


def _static_tls(event: Event, found: re.Match[str]) -> Verdict:
    del event
    values = values_of(found)
    if "path" in values:
        values["path"] += values["library"]
    return Verdict("static-tls-exhausted", values)


def _multiarray(event: Event, found: re.Match[str]) -> Verdict:
    """numpy's own core does not load: what was compiled with it is older or newer."""
    del found
    text = "\n".join(raised.text for raised in event.chain) + event.text
    if "NumPy 1.x cannot" in text or "_ARRAY_API" in text:
        return Verdict("numpy2-abi", {})
    return Verdict(
        "numpy2-abi",
        {},
        ("numpy-api-too-old",),
        "`pip list | grep -i numpy`: 2 or later, or older than what the module was built for",
        sure=False,
    )


SIGNATURES = (
    *sees("~no-tensorflow", r"Failed to load the native TensorFlow runtime"),
    *sees(
        "numpy2-abi",
        r"compiled using NumPy 1\.x cannot be run in NumPy (?P<numpy>[\d.]+)",
        r"_ARRAY_API not found",
        r"module that was compiled using NumPy 1\.x cannot be run",
        r"numpy\.core\.umath failed to import",
    ),
    *sees(
        "numpy-api-too-old numpy2-abi",
        (
            r"numpy\.(?P<what>dtype|ndarray|ufunc) size changed, may indicate binary "
            r"incompatibility\. "
            r"Expected (?P<expected>\d+) from C header, got (?P<got>\d+) from PyObject"
        ),
        judge=_abi,
    ),
    *sees(
        "numpy-api-too-old",
        r"module compiled against API version 0x\w+ but this version of numpy is 0x\w+",
        r"module was compiled against NumPy C-API version 0x\w+",
        r"Numba needs NumPy [\d.]+ or greater",
        r"numpy\.ufunc size changed, may indicate binary incompatibility",
        r"module compiled against API version",
    ),
    *sees(
        "numpy2-abi numpy-api-too-old",
        (
            r"compiled against ABI version 0x(?P<built>\w+) but this version of numpy is "
            r"0x(?P<here>\w+)"
        ),
        judge=_abi_version,
    ),
    *sees(
        "numpy2-abi",
        r"Numpy is not available",
        types="RuntimeError",
        judge=_not_available,
    ),
    *sees(
        "numpy-api-too-old",
        r"Unable to convert function return value to a Python type! The signature was",
    ),
    *sees(
        "numpy2-abi numpy-api-too-old",
        r"SystemError: initialization of _internal failed without raising an exception",
        r"numpy\.core\._?multiarray(?:_umath)? failed to import",
        r"numpy\.core\.multiarray failed to import",
        judge=_multiarray,
    ),
    *sees(
        "protobuf-too-new protobuf-too-old",
        (
            r"Detected mismatched Protobuf Gencode/Runtime .{1,200}gencode (?P<gencode>\d+)"
            r"\S* runtime (?P<runtime>\d+)"
        ),
        judge=_gencode,
    ),
    *sees(
        "protobuf-too-new",
        r"Descriptors cannot (?:not )?be created directly",
        r"your generated code is out of date and must be regenerated with protoc",
        r"'google\.protobuf\.pyext\._message\.\S+' object has no attribute .{1,60}",
        r"'MessageFactory' object has no attribute 'GetPrototype'",
        r"'(?:google\._upb\._message\.)?FieldDescriptor' object has no attribute 'label'",
        (
            r"module 'google\.protobuf\.\w+' has no attribute '(?:MakeClass|reflection|"
            r"symbol_database)'"
        ),
        r"'SymbolDatabase' object has no attribute 'GetPrototype'",
    ),
    *sees(
        "protobuf-too-old",
        r"cannot import name 'builder' from 'google\.protobuf\.internal'",
        r"cannot import name 'runtime_version' from 'google\.protobuf'",
        r"Detected incompatible Protobuf Gencode/Runtime versions",
        r"Couldn't parse file content!",
        r"This program requires version [\d.]+ of the Protocol Buffer runtime library",
        r"unexpected keyword argument 'serialized_options'",
        r"unexpected keyword argument 'create_key'",
    ),
    *sees(
        "glibc-too-old",
        r"version `(?P<version>GLIBC_[\d.]+)' not found",
        r"version `(?P<version>GLIBCXX_[\d.]+)' not found",
        r"version `(?P<version>CXXABI_[\d.]+)' not found",
    ),
    *sees(
        "missing-libgl missing-libstdcpp system-lib-missing cuda-noise-harmless "
        "gpu-tensorflow-on-cpu-dyno",
        r"(?P<library>lib[\w.+-]+?): cannot open shared object file",
        r"error while loading shared libraries: (?P<library>lib[\w.+-]+?):",
        judge=_library,
    ),
    *sees(
        "system-lib-missing",
        r"no pq wrapper available",
        r"failed to find (?P<library>libmagic)\.",
        r"cannot load library '(?P<library>[\w./+-]+)'",
        r"Could not find the (?P<library>GDAL|GEOS|PROJ|SpatiaLite) library",
        r"no library called \"(?P<library>[\w./+-]+)\" was found",
        r"dlopen\(\) failed to load a library: (?P<library>\S+)",
        r"(?P<library>sndfile) library not found",
        r"PortAudio library not found",
        r"Could not load .{0,40}(?P<library>lib[\w.+-]+)",
        r"Unable to find zbar shared library",
        r"(?P<library>zbar|ZBar) shared library",
        r"Error loading shared library (?P<library>[\w.+-]+): No such file",
        r"Error relocating .{1,160}: symbol not found",
        r"The ghostscript .{0,40}not found",
        r"Library not loaded: (?P<library>\S+)",
        r"Couldn't find (?P<library>foreign) library \S+",
        r"ImproperlyConfigured: Could not find the (?P<library>GDAL|GEOS) library",
    ),
    *sees(
        "windows-dll-load-failed",
        r"DLL load failed(?: while importing \w+)?",
        r"DLL load failed with error code",
    ),
    *sees(
        "program-missing",
        r"(?P<program>tesseract) is not installed or it's not in your PATH",
        r"TesseractNotFoundError: .{1,100}",
        r"Unable to get page count\. Is (?P<program>poppler) installed and in PATH",
        r"PDFInfoNotInstalledError: .{1,100}",
        (
            r"No such file or directory: '(?P<program>ffmpeg|ffprobe|tesseract|pdftoppm|"
            r"wkhtmltopdf|convert|dot|java|chromedriver|git|soffice|libreoffice|exiftool|node|npm)'"
        ),
        r"No wkhtmltopdf executable found",
        r"Couldn't find ffmpeg or avconv",
        r"failed to execute (?:PosixPath\('dot'\)|\['dot').{1,80}",
        r"make sure the Graphviz executables are on your systems' PATH",
        r"'chromedriver' executable needs to be in PATH",
        r"cannot find Chrome binary",
        r"`(?P<program>java)` command is not found from this Python process",
        r"ffmpeg was not found.{1,80}",
        r"No ffmpeg exe could be found",
        r"Executable doesn't exist at .{1,120}ms-playwright",
        r"[Ff]ailed to execute 'ffprobe'",
        r"Can't find (?P<program>\w+)\. Make sure you have GNU gettext tools",
        r"You appear not to have the '(?P<program>[\w.-]+)' program installed or on your path",
    ),
    *sees(
        "program-missing",
        r"No such file or directory: '(?P<program>(?:/usr/|/opt/|/bin/)?[\w./+-]+)'",
        types="FileNotFoundError",
        when=lambda event: running(event) and passes("/subprocess.py")(event),
        judge=_started,
    ),
    *sees(
        "exit-132",
        r"Illegal instruction",
        r"(?:python|gunicorn|uwsgi|celery|uvicorn)[\w.]*\[\d+\] trap invalid opcode",
        r"Fatal glibc error: CPU does not support x86-64-v\d",
        r"was built with baseline optimizations: .{1,80} but your machine doesn't support",
        (
            r"was built using \w+ instructions, which your CPU and/or operating system do not "
            r"support"
        ),
        r"Illegal instruction \(core dumped\)",
        r"was sent SIGILL",
        r"terminated due to signal 4",
        (
            r"The TensorFlow library was compiled to use \w+ instructions, but these aren't "
            r"available on your machine"
        ),
        r"exited with status 132",
        r"exited with code 132",
        r"exit(?:ed)?(?: with)? code:? 132",
    ),
    *sees(
        "thread-limit",
        r"pthread_create failed for thread \d+ of \d+: Resource temporarily unavailable",
        r"blas_thread_init: pthread_create failed",
        r"creation via pthread_create\(\) failed",
        r"pthread_create failed, error code: 11",
        r"ThreadPoolBuildError .{1,80}Resource temporarily unavailable",
        r"Thread creation (?:via pthread_create\(\) )?failed: Resource temporarily unavailable",
        r"Thread creation via pthread_create\(\) failed",
        r"libgomp: Thread creation failed",
        r"what\(\): +Resource temporarily unavailable",
        r"can't start new thread",
        r"fork: (?:retry: )?Resource temporarily unavailable",
        r"\[Errno 11\] Resource temporarily unavailable.{0,40}fork",
        r"OMP: Error #34: System unable to allocate necessary resources for OMP thread",
        r"pthread_create: Resource temporarily unavailable",
        r"BlockingIOError: \[Errno 11\] Resource temporarily unavailable",
        r"RLIMIT_NPROC \d+ current, \d+ max",
    ),
    *sees(
        "mod-wsgi-subinterpreter",
        r"Timeout when reading response headers from daemon process",
        r"Script timed out before returning headers",
        r"does not support loading in subinterpreters",
        r"Interpreter change detected",
        # Rust's extensions: in a second interpreter of the process, or in any but the first.
        r"PyO3 modules do not yet support subinterpreters",
        r"PyO3 modules (?:compiled for .{1,40} )?may only be initialized once per interpreter",
    ),
    *sees(
        "mod-wsgi-subinterpreter",
        r"cannot load module more than once per process",
        r"Re-initialisation is not supported",
        r"generic_type: (?:cannot initialize type|type) .{1,120} already (?:registered|defined)",
        types="ImportError SystemError RuntimeError",
        when=_under_apache,
    ),
    *sees(
        "static-tls-exhausted",
        (
            r"(?P<path>/\S{0,300}/)(?P<library>lib[\w.+-]+): cannot allocate memory in static TLS "
            r"block"
        ),
        r"cannot allocate memory in static TLS block",
        judge=_static_tls,
    ),
    *sees(
        "memory-alloc-failed",
        r"std::bad_alloc",
        r"Unable to allocate (?P<size>[\d.]+ [KMGTP]iB) for an array with shape",
        r"failed to allocate memory \[Op:\w+\]",
        r"OOM when allocating tensor with shape\S*",
        r"Failed to allocate memory.{0,40}requested",
        r"DefaultCPUAllocator: (?:can't allocate|not enough) memory",
        r"(?:Cannot|cannot) allocate memory(?! in static TLS block)",
        r"Available memory of \d+ is smaller than requested bytes of \d+",
        r"FAIL : bad allocation",
        r"Insufficient memory\) Failed to allocate \d+ bytes",
        r"bad_malloc: Failed to allocate",
        r"RESOURCE_EXHAUSTED: (?:Out of memory|[Ff]ailed to allocate).{1,60}",
        r"OpenBLAS error: Memory allocation still failed",
        r"you tried to allocate too many memory regions",
        r"Failed to allocate tensors",
    ),
    *sees("memory-alloc-failed", r"MemoryError", types="MemoryError _ArrayMemoryError"),
    *sees(
        "exit-139",
        r"was sent SIGSEGV",
        r"terminated due to signal 11",
        r"Segmentation fault",
        # joblib and concurrent.futures name it among what may have ended a worker.
        r"segmentation fault(?! while calling the function)",
        r"exited with status 139",
        r"exited with code 139",
        r"Fatal Python error: Segmentation fault",
        r"exit code:? 139",
        r"signal 11 \(SIGSEGV\)",
        r"(?:python|gunicorn|uwsgi|celery|uvicorn)[\w.]*\[\d+\]: segfault at \w+ ip",
        r"died, killed by signal 11",
        r"exit codes of the workers are \{SIGSEGV\(-11\)",
    ),
    *sees(
        "fork-unsafe-segfault",
        r"may have been in progress in another thread when fork\(\) was called",
        r"OBJC_DISABLE_INITIALIZE_FORK_SAFETY",
    ),
    *sees(
        "exit-134",
        r"was sent SIGABRT",
        r"terminated due to signal 6",
        r"Aborted \(core dumped\)",
        r"exited with status 134",
        r"exited with code 134",
        r"Fatal Python error: Aborted",
        r"signal 6 \(SIGABRT\)",
        r"died, killed by signal 6",
    ),
    *sees(
        "tf-install-broken",
        r"libprotobuf FATAL .{1,200}",
        r"libprotobuf ERROR .{1,120}File already exists in database",
        r"undefined symbol: _ZN10tensorflow\w*",
        r"undefined symbol: \w*(?:tensorflow|TF_)\w*",
        r"Op with name \S+ already registered",
        r"Another metric with the same name already exists",
        r"tensorflow\S*: undefined symbol: \w+",
    ),
)
