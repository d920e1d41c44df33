"""Static files: collected in the build, found or not found later."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_HEROKU_BUILD = "/tmp/build_"  # noqa: S108 - Heroku's, read in a log


def _missing_file(event: Event, found: re.Match[str]) -> Verdict:
    """In the build a stylesheet refers to nothing; in a request the manifest was not made."""
    values = values_of(found)
    collecting = any(
        "collectstatic" in frame.path or frame.function in ("post_process", "collect")
        for frame in event.frames
    )
    # No template asks for a source map; only the file does that was made with it.
    mapped = values.get("file", "").endswith(".map")
    if collecting or mapped or event.building or "MissingFileError" in event.text:
        return Verdict("static-reference-broken", values)
    return Verdict("static-manifest-missing", values)


def _folder(event: Event, found: re.Match[str]) -> Verdict | None:
    """A FileNotFoundError while static files are listed is of a folder that is not there."""
    listing = any("staticfiles" in frame.path for frame in event.frames)
    if not listing and not found["folder"].startswith(_HEROKU_BUILD):
        return None
    if not listing and re.search(r"\.\w{1,5}$", found["folder"]):
        return None
    return Verdict("static-dir-missing", values_of(found))


SIGNATURES = (
    *sees(
        "static-root-unset",
        r"without having set the STATIC_ROOT setting",
    ),
    *sees(
        "staticfiles-storage-removed",
        r"STATICFILES_STORAGE/STORAGES are mutually exclusive",
    ),
    *sees(
        "static-dir-missing",
        r"No such file or directory: '(?P<folder>[^']+)'",
        types="FileNotFoundError OSError",
        judge=_folder,
    ),
    *sees(
        "static-dir-missing",
        (
            r"\(staticfiles\.W004\) The directory '(?P<folder>[^']+)' in the STATICFILES_DIRS "
            r"setting does not exist"
        ),
        r"The directory '(?P<folder>[^']+)' in the STATICFILES_DIRS setting does not exist",
    ),
    *sees(
        "static-manifest-missing",
        r"Missing staticfiles manifest entry for '(?P<file>[^']+)'",
    ),
    *sees(
        "static-reference-broken static-manifest-missing",
        r"The file '(?P<file>[^']+)' could not be found with <.{1,160}Storage object",
        judge=_missing_file,
    ),
    *sees(
        "static-reference-broken",
        r"Post-processing '(?P<stylesheet>[^']+)' failed",
        r"The (?:CSS|JS) file '(?P<stylesheet>[^']+)' references a file which could not be found",
    ),
    *sees(
        "collectstatic-fails",
        r"Unable to generate Django static files",
        r"management command to generate static files failed",
        r"Error while running '\$ python manage\.py collectstatic --noinput'",
        r"Error while running .{0,20}manage\.py collectstatic",
    ),
    *sees(
        "~static-404",
        r"Not Found: (?P<path>/static/\S+)",
        r"GET (?P<path>/static/\S+) HTTP/[\d.]+\"? 404",
    ),
    *sees(
        "media-not-served",
        r"Not Found: (?P<url>/media/\S+)",
        r"GET (?P<url>/media/\S+) HTTP/[\d.]+\"? 404",
    ),
)
