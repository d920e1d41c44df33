"""What makes collectstatic fail in the build."""

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, static_serving, versions
from wherry.findings import FileSpan, Finding
from wherry.project.code.settings import Settings
from wherry.project.code.values import MISSING, Folder, Setting

_URL: Final = re.compile(r"""url\(\s{0,9}["']?([^"')\s]{1,300})["']?\s{0,9}\)""")
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_MAP: Final = re.compile(r"^/[/*]# sourceMappingURL=([\w./-]{1,200})", re.MULTILINE)
_ELSEWHERE: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#|/|\{|%|<)", re.IGNORECASE)
_MAPS_SINCE: Final = (4, 0)
_LONGEST: Final = 1_000_000
_MOST: Final = 400


def _no_command(context: Context) -> Iterator[Finding]:
    """Report a Django project without the app that collectstatic is a command of."""
    settings = context.project.code.build_settings
    apps = None if settings is None else settings.find("INSTALLED_APPS")
    if settings is None or apps is None or not settings.whole or not apps.value.whole:
        return
    if context.target.size.generation == "fir" or static_serving.in_image(context):
        return
    if not isinstance(apps.value.plain, tuple) or any(not item.known for item in apps.value.plain):
        return
    if context.target.platform.name not in ("heroku", "dokku"):
        return
    if static_serving.collects(context) and not static_serving.has_staticfiles(settings):
        yield found(
            "collectstatic-fails",
            places.of_setting(apps),
            severity=Severity.ERROR,
            values={
                "reason": "here, that django.contrib.staticfiles is not installed, so that there "
                "is no such command"
            },
        )


def _same_folder(context: Context) -> Iterator[Finding]:
    """Report STATIC_ROOT among STATICFILES_DIRS, which Django refuses."""
    settings = context.project.code.build_settings
    if settings is None or not static_serving.collects(context):
        return
    root, folders = settings.value("STATIC_ROOT"), settings.find("STATICFILES_DIRS")
    if folders is None or not root.fixed or not isinstance(folders.value.plain, tuple):
        return
    if not static_serving.has_staticfiles(settings) or folders.value.variables:
        return
    for item in folders.value.plain:
        if isinstance(root.plain, Folder) and item.fixed and item.plain == root.plain:
            yield found(
                "collectstatic-fails",
                places.of_setting(folders),
                severity=Severity.ERROR,
                values={
                    "reason": "STATICFILES_DIRS holds STATIC_ROOT, which Django refuses, as",
                    "settings": folders.path,
                },
            )


def _references(context: Context) -> Iterator[Finding]:
    """Report what stylesheets refer to and a storage with a manifest will not find."""
    settings = context.project.code.build_settings
    if settings is None or not static_serving.has_manifest(settings):
        return
    if not static_serving.has_staticfiles(settings) or not static_serving.collects(context):
        return
    files = _static_files(context, settings)
    theirs = _of_packages(context, settings)
    maps = versions.at_least(context, "django", _MAPS_SINCE)
    for name, path in list(files.items()):
        if not name.endswith((".css", ".js") if maps else ".css"):
            continue
        text = context.project.text(path)
        if text is None or len(text.content) > _LONGEST:
            continue
        for reference in _asked(name, text.content, maps=maps):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))
            ours = target.partition("/")[0] not in theirs
            if target not in files and ours and not target.startswith(".."):
                line = text.line_of(reference)
                quote = "" if line is None else text.line(line).strip()[:160]
                yield found(
                    "static-reference-broken",
                    FileSpan(path, line, quote=quote),
                    severity=Severity.ERROR,
                    values={"file": target, "stylesheet": path},
                )


def _of_packages(context: Context, settings: Settings) -> frozenset[str]:
    """Return the folders of static files that packages bring, going by their names."""
    sources = context.project.code.sources
    foreign = [app for app in places.installed_apps(settings) if not sources.is_local(app)]
    return frozenset(("admin", "gis", *(part for app in foreign for part in app.split("."))))


def _asked(name: str, content: str, *, maps: bool) -> Iterator[str]:
    found_: list[str] = []
    if name.endswith(".css"):
        found_ += _URL.findall(_COMMENT.sub("", content))
    if maps:
        found_ += _MAP.findall(content)
    for reference in dict.fromkeys(found_):
        path = re.split(r"[?#]", reference)[0]
        if path and not _ELSEWHERE.match(path):
            yield path


def _static_files(context: Context, settings: Settings) -> dict[str, str]:
    """Return the files that collectstatic finds in the project, by their static names."""
    folders: list[str] = []
    plain = settings.value("STATICFILES_DIRS").plain
    folders += [
        item.plain.path
        for item in (plain if isinstance(plain, tuple) else ())
        if isinstance(item.plain, Folder) and item.plain.path
    ]
    sources = context.project.code.sources
    for app in places.installed_apps(settings):
        path = sources.path_of(app) or sources.path_of(app.partition(".apps.")[0])
        if path is not None:
            folders.append(f"{path.rpartition('/')[0]}/static".lstrip("/"))
    found_: dict[str, str] = {}
    for entry in context.project.files:
        for folder in folders:
            if entry.deployed and entry.path.startswith(f"{folder}/") and len(found_) < 20 * _MOST:
                found_.setdefault(entry.path[len(folder) + 1 :], entry.path)
    return found_


def _variables(context: Context) -> Iterator[Finding]:
    """Report an image's collectstatic that runs without a variable that the settings demand."""
    project = context.project
    settings = project.code.build_settings
    dockerfile = project.dockerfile
    if settings is None or dockerfile is None or not static_serving.in_image(context):
        return
    step = next((one for one in dockerfile.named("RUN") if "collectstatic" in one.text), None)
    if step is None or "--settings" in step.text or "DJANGO_SETTINGS_MODULE" in step.text:
        return
    text = " ".join(one.text for one in dockerfile.instructions if one.line <= step.line)
    for setting in settings.names.values():
        for variable in _demanded(setting):
            if variable not in text and variable != "?":
                yield found(
                    "env-var-missing",
                    dockerfile.at(step),
                    places.of_setting(setting),
                    severity=Severity.ERROR,
                    values={"variable": variable, "where": f"The settings ({setting.path})"},
                )
                return


def _demanded(setting: Setting) -> frozenset[str]:
    """Return the variables without which the settings, or Django, raise an error."""
    value = setting.value
    if value.plain is MISSING and not setting.conditional:
        return value.variables
    if setting.name == "SECRET_KEY" and value.plain in (None, "") and not setting.conditional:
        return value.variables
    return frozenset()


def _disabled(context: Context) -> Iterator[Finding]:
    """Report a collectstatic that is switched off in a file, where pages want its files."""
    settings = context.project.code.build_settings
    app = context.project.app_json
    if settings is None or app is None or app.env.get(_SWITCH) in (None, "", "0"):
        return
    if context.target.platform.name not in ("heroku", "dokku"):
        return
    if static_serving.has_staticfiles(settings) and static_serving.uses_static(context):
        text = context.project.text(app.path)
        line = None if text is None else text.line_of(_SWITCH)
        yield found("collectstatic-disabled", FileSpan(app.path, line, quote=_SWITCH))


_SWITCH: Final = "DISABLE_COLLECTSTATIC"
DISABLED: Final = Rule("collectstatic-disabled", ("collectstatic-disabled",), _disabled)
NO_COMMAND: Final = Rule("no-collectstatic", ("collectstatic-fails",), _no_command)
SAME_FOLDER: Final = Rule("static-root-in-dirs", ("collectstatic-fails",), _same_folder)
REFERENCES: Final = Rule("static-references", ("static-reference-broken",), _references)
VARIABLES: Final = Rule("variables-in-image", ("env-var-missing",), _variables)
