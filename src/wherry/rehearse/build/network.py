"""What installers may know of this machine's network: where the index is, and how to reach it.

The platform has none of this machine's settings. What only leads to the same packages (a mirror,
a proxy, certificates) is passed on; what would change which ones are found (constraints, further
indexes, folders of wheels) is not.
"""

import configparser
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES: Final = (
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"),
    *("PIP_CLIENT_CERT", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "GIT_SSL_CAINFO"),
)
_INDEX: Final = (
    *("PIP_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_DEFAULT_TIMEOUT", "PIP_PROXY", "PIP_RETRIES"),
    *(
        "UV_DEFAULT_INDEX",
        "UV_INDEX_URL",
        "UV_INSECURE_HOST",
        "UV_HTTP_TIMEOUT",
        "UV_HTTP_RETRIES",
        "UV_OFFLINE",
    ),
)
_FROM_FILES: Final = {
    "index-url": "PIP_INDEX_URL",
    "trusted-host": "PIP_TRUSTED_HOST",
    "cert": "PIP_CERT",
    "client-cert": "PIP_CLIENT_CERT",
    "proxy": "PIP_PROXY",
    "timeout": "PIP_DEFAULT_TIMEOUT",
    "default-timeout": "PIP_DEFAULT_TIMEOUT",
}
_NOT_PASSED_ON: Final = ("extra-index-url", "find-links", "constraint", "no-index")
_BUNDLES: Final = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
)


def network_variables(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables with which pip and uv find the index as they do in this user's shell."""
    names = {*_PROXIES, *(name.lower() for name in _PROXIES), *_CERTIFICATES, *_INDEX}
    found = {name: environ[name] for name in sorted(names) if environ.get(name)}
    for option, value in _pip_settings(environ):
        variable = _FROM_FILES.get(option)
        if variable is not None:
            found.setdefault(variable, value)
    if "PIP_INDEX_URL" not in found and (mirror := _uv_default(environ)):
        found.setdefault("UV_DEFAULT_INDEX", mirror)
    if any(path.is_file() for path in _BUNDLES):
        found.setdefault("UV_SYSTEM_CERTS", "true")
        found.setdefault("UV_NATIVE_TLS", "true")
    return {**found, "PIP_CONFIG_FILE": os.devnull}


def left_out(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return this user's settings of pip that the platform does not have, by their names."""
    found = {option for option, _ in _pip_settings(environ) if option in _NOT_PASSED_ON}
    found |= {
        option
        for option in _NOT_PASSED_ON
        if environ.get(f"PIP_{option.replace('-', '_').upper()}")
    }
    return tuple(sorted(found))


def _pip_settings(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the options of pip's configuration files, those of the most particular one first."""
    for path in reversed(_pip_files(environ)):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue
        for section in ("install", "global"):
            if parser.has_section(section):
                for option, value in parser.items(section):
                    yield option.lower().replace("_", "-"), " ".join(value.split())


def _pip_files(environ: Mapping[str, str]) -> list[Path]:
    own = environ.get("PIP_CONFIG_FILE", "")
    if own == os.devnull:
        return []
    home = Path(environ.get("HOME") or Path.home())
    folders = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return [
        *(Path(folder, "pip", "pip.conf") for folder in folders.split(os.pathsep) if folder),
        Path("/etc/pip.conf"),
        home / ".pip" / "pip.conf",
        Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf"),
        *([Path(own)] if own else []),
    ]


def _uv_default(environ: Mapping[str, str]) -> str:
    """Return the mirror that uv's own settings name in the place of the usual index."""
    home = Path(environ.get("HOME") or Path.home())
    path = environ.get("UV_CONFIG_FILE") or Path(
        environ.get("XDG_CONFIG_HOME") or home / ".config", "uv", "uv.toml"
    )
    try:
        settings = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    for index in settings.get("index", ()):
        if isinstance(index, dict) and index.get("default") is True:
            return str(index.get("url", ""))
    return ""
