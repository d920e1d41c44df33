"""Get a model from its address into the build cache: once, whole, and as it was declared."""

import errno
import hashlib
import http.client
import os
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.wanted import Source
from wherry.dependencies.fetch import certificates

_TIMEOUT_S: Final = 60.0
_CHUNK_BYTES: Final = 1 << 20
_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)


class _ToPlainHttp(Exception):
    """A server wants to be asked again without encryption."""


class _OnlyHttps(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https alone: what is sent and what comes stays unread and unchanged."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme != "https":
            fp.close()
            raise _ToPlainHttp(urlsplit(newurl).hostname or newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetched(name: str, source: Source, folder: Path, config: Mapping[str, str]) -> Path:
    """Return the file of a model, got from its address unless the cache has it whole.

    ``folder`` is the cache's, which a download that fails leaves as it was.

    Raises:
        BuildFailed: it cannot be had, or it is another one than declared.
    """
    kept = folder / source.sha256
    if kept.is_file() and _is_whole(kept, source):
        return kept
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, part = tempfile.mkstemp(dir=folder, prefix=".part-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                _download(name, source, file, config)
            Path(part).replace(kept)
        finally:
            Path(part).unlink(missing_ok=True)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise BuildFailed(
                f"The model {name!r} does not fit on this disk: it has {source.size_bytes:,} bytes."
            ) from None
        raise BuildFailed(f"The model {name!r} cannot be kept in the cache: {error}.") from None
    return kept


def _is_whole(path: Path, source: Source) -> bool:
    if path.stat().st_size != source.size_bytes:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == source.sha256


def _download(name: str, source: Source, file: IO[bytes], config: Mapping[str, str]) -> None:
    where = f"The model {name!r} from {urlsplit(source.url).hostname}"
    request = urllib.request.Request(source.url, headers={"User-Agent": "wherry"})  # noqa: S310
    if source.token:
        if not config.get(source.token):
            raise BuildFailed(
                f"{where} is asked for with the config var {source.token}, which is not set. "
                f"Set it: heroku config:set {source.token}=..."
            )
        # Not sent along to the host that a redirect leads to.
        request.add_unredirected_header("Authorization", f"Bearer {config[source.token]}")
    try:
        with _opener().open(request, timeout=_TIMEOUT_S) as response:
            _take(where, source, response, file)
    except _ToPlainHttp as error:
        raise BuildFailed(
            f"{where} is sent on to {error} over plain http, which anybody on the way could "
            "change. Declare the https address itself."
        ) from None
    except urllib.error.HTTPError as error:
        with error:
            raise BuildFailed(
                f"{where} could not be fetched: the server answered {error.code}. Check the url"
                f"{', and whether it needs a token' if error.code in (401, 403, 404) else ''}."
            ) from None
    except (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError) as error:
        if isinstance(error, urllib.error.URLError) and isinstance(error.reason, _ToPlainHttp):
            raise
        reason = getattr(error, "reason", None) or error
        raise BuildFailed(f"{where} could not be fetched: {reason}. Try again.") from None
    except ConnectionError as error:
        raise BuildFailed(f"{where} could not be fetched: {error}. Try again.") from None


def _take(where: str, source: Source, response: Any, file: IO[bytes]) -> None:
    length = str(response.headers.get("Content-Length", ""))
    if length.isdigit() and int(length) > source.size_bytes:
        raise BuildFailed(_too_large(where, source, f"it has {int(length):,} bytes"))
    digest = hashlib.sha256()
    received = 0
    while chunk := response.read(_CHUNK_BYTES):
        received += len(chunk)
        if received > source.size_bytes:
            raise BuildFailed(_too_large(where, source, "the server sends more"))
        digest.update(chunk)
        file.write(chunk)
    if received < source.size_bytes:
        raise BuildFailed(
            f"{where} ended after {received:,} of {source.size_bytes:,} bytes: the download was "
            "cut short, or size is wrong in pyproject.toml. Try again; nothing of it was kept."
        )
    if digest.hexdigest() != source.sha256:
        raise BuildFailed(
            f"{where} is not the declared one: its sha256 is {digest.hexdigest()}, and "
            f"pyproject.toml says {source.sha256}. If the model was replaced on purpose, declare "
            "the new hash and size; otherwise do not trust that file."
        )


def _too_large(where: str, source: Source, what: str) -> str:
    return (
        f"{where} is larger than declared: {what}, and size in pyproject.toml is "
        f"{source.size_bytes:,}. If the model was replaced on purpose, declare the new hash and "
        "size."
    )


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=certificates()), _OnlyHttps()
    )
