"""Packages that are compiled where they are installed, and do not compile."""

import re
from typing import Final

from wherry.signatures.conditions import building
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_GONE: Final = frozenset(
    ("distutils", "imp", "cgi", "asyncore", "asynchat", "smtpd", "pipes", "imghdr", "lib2to3")
)
# Asked for as modules, and as programs where that fails.
_TOOLS: Final = frozenset(("cmake", "ninja"))


def _module_gone(event: Event, found: re.Match[str]) -> Verdict | None:
    module = found["module"].partition(".")[0]
    if not building(event):
        return None
    if module in _GONE:
        return Verdict("sdist-build-python-too-new", values_of(found))
    if module in _TOOLS:
        return Verdict("build-tools-missing", {"missing": module})
    return Verdict("sdist-needs-old-setuptools", {"missing": module})


SIGNATURES = (
    *sees(
        "psycopg2-needs-pg-config",
        r"pg_config executable not found",
        r"pg_config is required to build psycopg2 from source",
        r"couldn't run 'pg_config'",
        r"No such file or directory: 'pg_config'",
        r"libpq-fe\.h: No such file or directory",
        r"could not find library .{0,30} libpq",
    ),
    *sees(
        "sdist-build-python-too-new sdist-needs-old-setuptools build-tools-missing",
        r"No module named '?(?P<module>[\w.]+)'?",
        types="ModuleNotFoundError ImportError",
        when=building,
        judge=_module_gone,
    ),
    *sees(
        "sdist-build-python-too-new",
        r"module 'configparser' has no attribute '(?:SafeConfigParser|readfp)'",
        r"'RawConfigParser' object has no attribute 'readfp'",
        r"module 'inspect' has no attribute 'getargspec'",
        r"module 'ast' has no attribute '(?:Str|Num|NameConstant|Constant)'",
        r"module 'collections' has no attribute '\w+'",
        r"module 'imp' has no attribute '\w+'",
        r"module 'sys' has no attribute 'setcheckinterval'",
        r"module 'unittest' has no attribute '\w+'",
        r"module 'asyncio' has no attribute 'coroutine'",
        (
            r"cannot import name '(?:Mapping|MutableMapping|Iterable|Sequence|Callable)' from "
            r"'collections'"
        ),
        r"KeyError: '__version__'",
        when=building,
    ),
    *sees("sdist-build-python-too-new", r"module 'pkgutil' has no attribute 'ImpImporter'"),
    *sees(
        "sdist-build-python-too-new",
        r"longintrepr\.h: No such file or directory",
        (
            r"'PyThreadState'.{0,40}has no member named .(?:exc_type|use_tracing|curexc_type|"
            r"recursion_depth|frame)\w*"
        ),
        r"'PyTypeObject'.{0,40}has no member named .(?:tp_print)",
        (
            r"implicit declaration of function .(?:_PyGen_Send|_PyUnicode_FastCopyCharacters|"
            r"PyUnicode_READY|_PyLong_AsByteArray|PyEval_CallObject\w*|PyCFunction_Call|_Py_\w+)"
        ),
        r"too few arguments to function .(?:_PyLong_AsByteArray|_PyLong_\w+)",
        r"'PyLongObject'.{0,60}has no member named .(?:ob_digit)",
        r"undeclared .{0,40}'?(?:Py_UNICODE|PyUnicode_AS_UNICODE)",
        r"unknown type name .(?:Py_UNICODE|PyCodeObject)",
        r"Cannot import 'setuptools\.build_meta'",
        r"Cython\.Compiler\.Errors\.CompileError: .{1,200}",
        r"RuntimeError: Python version >= .{1,20} required",
        r"RuntimeError: Cannot install on Python version .{1,60}",
        r"Cannot install on Python version (?P<python>\d\.\d+)",
        r"Python version (?:not supported|unsupported|is not supported)",
        (
            r"the configured Python interpreter version \((?P<python>\d\.\d+)\) is newer than "
            r"PyO3's maximum supported version"
        ),
        r"is newer than PyO3's maximum supported version",
    ),
    *sees(
        "sdist-needs-old-setuptools",
        r"use_2to3 is invalid",
        r"install_layout\. Did you mean",
        r"AttributeError: install_layout",
        r"has no attribute 'cython_sources'",
        r"AttributeError: cython_sources",
    ),
    *sees(
        "sdist-needs-old-setuptools",
        r"has no attribute 'cython_sources'",
        r"AttributeError: cython_sources",
        r"error in \S+ setup command: .{1,120}",
        r"'extras_require' must be a dictionary",
        r"module 'setuptools\.\w+' has no attribute '\w+'",
        r"cannot import name '\w+' from 'setuptools\S*'",
        r"cannot import name '\w+' from 'pkg_resources'",
        r"module 'pkg_resources' has no attribute '\w+'",
        r"invalid command 'bdist_wheel'",
        r"invalid command 'egg_info'",
        r"setuptools\.extern\.packaging\S*InvalidVersion: .{1,80}",
        r"packaging\.version\.InvalidVersion: Invalid version: .{1,80}",
        r"dash-separated .{1,80} is not allowed",
        r"Multiple top-level packages discovered in a flat-layout",
        when=lambda event: building(event) or event.raised is None,
    ),
    *sees(
        "sdist-needs-old-setuptools",
        r"Invalid dash-separated key",
        r"Invalid uppercase key",
        r"invalid pyproject\.toml config: .{1,120}",
        r"configuration error: `[\w.-]+` must .{1,120}",
        r"module 'setuptools\.[\w.]+' has no attribute '\w+'",
        r"`(?P<pin>[^`]+)` depends on `(?P<missing>[^`]+)`, but doesn't declare it as a build "
        r"dependency",
        r"setuptools\.\w+\.InvalidConfigError: .{1,120}",
    ),
    *sees(
        "build-out-of-memory",
        r"Killed signal terminated program \w+",
        r"virtual memory exhausted: Cannot allocate memory",
        r"(?:c\+\+|g\+\+|gcc|cc1plus): .{0,40}internal compiler error: Killed",
        r"internal compiler error: Killed",
        r"fatal error: Killed signal",
        r"LLVM ERROR: out of memory",
        r"Out of memory .{0,60}build\S*",
        # Where Python serves, Node.js only builds.
        r"JavaScript heap out of memory",
        r"process didn't exit successfully: .{0,600}\(signal: 9, SIGKILL: kill\)",
        r"Ran out of memory \(used over \S+\) while building",
    ),
    *sees("build-out-of-memory", r"MemoryError", types="MemoryError", when=building),
    *sees(
        "build-tools-missing",
        (
            r"(?:command|unable to execute) '(?:[\w/.-]*(?:gcc|g\+\+|cc|clang|c\+\+|cmake|make|"
            r"rustc|cargo|gfortran|nvcc)[\w.-]*)'.{0,60}No such file or directory"
        ),
        (
            r"error: command '(?P<missing>[\w/.+-]*gcc[\w.-]*)' failed: (?:No such file or "
            r"directory|Permission denied)"
        ),
        r"unable to execute '(?P<missing>[\w.+-]+)': No such file or directory",
        (
            r"error: \[Errno 2\] No such file or directory: '(?P<missing>(?:gcc|g\+\+|cc|c\+\+|"
            r"cmake|make|clang|rustc|cargo|gfortran|swig|pkg-config|nasm|ninja)[\w.-]*)'"
        ),
        r"error: command '(?P<missing>[\w./+-]+)' failed: (?:No such file or directory|Permission "
        r"denied)",
        r"No such file or directory: '(?P<missing>\w+[-_]config)'",
        r"(?P<missing>\w+[-_]config):? (?:command )?not found",
        r"Could not find (?:a )?(?P<missing>\w+[-_]config)",
        r"ERROR: Dependency \"?(?P<library>[\w.+-]+)\"? not found",
        r"ERROR: Dependency lookup for (?P<library>[\w.+-]+) with method '\S+' failed",
        r"ERROR: Program '(?P<missing>[^']+)' not found",
        r"CMAKE_C(?:XX)?_COMPILER not set",
        r"Could not find directory of OpenSSL installation",
        r"is `(?P<missing>cmake|make|ninja|protoc|nasm)` not installed\?",
        r"Could not find `(?P<missing>protoc|cmake|clang|nasm)`",
        r"Unable to find libclang",
        r"The pkg-config command could not be (?:found|run)",
        r"The system library `(?P<library>[\w.+-]+)` required by crate `[\w-]+` was not found",
        r"you need a C compiler to build",
        r"Python\.h: No such file or directory",
        r"fatal error: '?(?P<missing>[\w./+-]+\.h(?:pp)?)'?: No such file or directory",
        r"fatal error: '(?P<missing>[\w./+-]+\.h(?:pp)?)' file not found",
        r"since the (?P<library>GDAL) library wasn't found",
        r"since (?P<library>SQLite) headers weren't found",
        r"Can not find valid pkg-config name",
        r"Could not find gdal-config",
        r"A GDAL API version must be specified",
        r"mysql_config: (?:command )?not found",
        r"mysql_config not found",
        r"OSError: mysql_config not found",
        r"Microsoft Visual C\+\+ 14\.0 or greater is required",
        r"CMake must be installed to build",
        r"CMake is not installed",
        r"Could NOT find \w+ \(missing: .{1,120}",
        r"No CMAKE_C(?:XX)?_COMPILER could be found",
        r"can't find Rust compiler",
        r"Cargo, the Rust package manager, is not installed or is not on PATH",
        r"linker `cc` not found",
        r"configure: error: no acceptable C compiler found in \$PATH",
        r"C compiler cannot create executables",
        r"The headers or library files could not be found for (?P<library>\w+)",
        r"RequiredDependencyException: (?P<library>\w+)",
        r"Could not find libxml2",
        r"Please make sure the libxml2 and libxslt development packages are installed",
        r"libhdf5\.so: cannot open shared object file.{0,40}Unable to load dependency HDF5",
        r"Unable to load dependency HDF5",
        r"cannot find -l(?P<library>[\w-]+)",
        r"No lapack/blas resources found",
        r"Dependency \"(?:OpenBLAS|openblas|blas|lapack)\" not found",
        r"Library (?:openblas|lapack|blas|mkl) not found",
        r"Unknown compiler\(s\): \[",
        r"xmlsec1 not found",
        r"Package (?P<library>[\w.+-]+) was not found in the pkg-config search path",
        r"pkg-config: (?:command )?not found",
        r"protoc.{0,40}not found.{0,40}could not compile",
        r"ld returned 1 exit status",
    ),
    *sees(
        "~sdist-failed",
        r"Failed building wheel for (?P<package>[\w.-]+)",
        r"Failed to build (?:installable wheels .{0,60}|one or more wheels|ERROR: )",
        r"Failed to build '?(?P<package>[\w.=-]+)'? when .{1,80}",
        r"Could not build wheels for (?P<package>[\w.-]+)",
        r"metadata-generation-failed",
        r"Preparing metadata .{0,40}finished with status 'error'",
        r"Preparing metadata \(pyproject\.toml\).{0,60}error",
        r"Getting requirements to build wheel.{0,60}error",
        r"subprocess-exited-with-error",
        r"Command \"?python setup\.py egg_info\"? failed with error code",
        r"Command errored out with exit status 1: .{1,200}",
        r"Failed to build `(?P<package>[^`]+)`",
        r"Failed to download and build `(?P<package>[^`]+)`",
        r"The build backend returned an error",
        r"Build backend failed to (?:determine metadata|build wheel)",
        r"failed with exit code 1.{0,20}build_wheel",
        r"ChefBuildError",
        r"is likely not a problem with (?:poetry|pip|uv) but with (?P<package>[\w.-]+)",
        r"error: command '\S{0,60}(?:gcc|g\+\+|cc|clang)' failed with exit (?:code|status) 1",
    ),
    *sees(
        "~sdist",
        r"Downloading (?P<package>[\w.-]+?)-(?P<version>\d[\w.+-]*?)\.(?:tar\.gz|zip|tar\.bz2)",
        r"Using cached (?P<package>[\w.-]+?)-(?P<version>\d[\w.+-]*?)\.(?:tar\.gz|zip)",
    ),
    *sees(
        "~pip-works",
        r"Collecting \S+",
        r"Requirement already satisfied: \S+",
        r"Installing build dependencies",
        r"Installing dependencies using .{1,60}",
        r"Installing requirements with pip",
        r"Getting requirements to build wheel",
        r"Preparing metadata .{1,60}",
        r"Building wheels? for .{1,60}",
        r"Running setup\.py \w+ for \S+",
        r"pip install .{1,80}",
        r"Processing /\S+",
        r"Creating virtual environment",
    ),
    *sees(
        "~installed",
        r"Successfully installed \S+",
        r"Installed \d+ packages? in",
        r"Installing the current project: \S+",
        r"No dependencies to install or update",
        r"==> Build successful",
        r"Verifying deploy\.+ done",
    ),
    # Of what was there before; what was asked for is installed all the same.
    *sees("~pip-complains", r"pip's dependency resolver does not currently take into account"),
    *sees(
        "~pip-done",
        r"Successfully installed \S+",
        r"manage\.py collectstatic",
        r"Discovering process types",
        r"Build completed successfully",
    ),
    *sees(
        "~build-failed",
        r"Push rejected, failed to compile .{1,40}",
        r"Unable to install dependencies using \w+",
        r"Push rejected to .{1,60}",
        r"==> Build failed",
        r"Build failed",
        r"pre-receive hook declined",
        r"(?:error|failed to push some refs) to 'https://git\.heroku\.com",
        r"did not complete successfully: exit code: \d+",
        r"returned a non-zero code: \d+",
        r"ERROR: build step \d+ .{1,120} failed: .{1,120}",
    ),
)
