"""Files that anybody can fetch, and secrets that anybody can read."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, usage
from wherry.findings import FileSpan, Finding
from wherry.masking import MASK, mask
from wherry.project.code.settings import Settings
from wherry.project.code.values import Folder, Setting

_MODELS: Final = (
    ".h5",
    ".hdf5",
    ".keras",
    ".tflite",
    ".onnx",
    ".pkl",
    ".pickle",
    ".joblib",
    ".pt",
    ".pth",
    ".pb",
)
_SECRET_SETTING: Final = re.compile(
    r"(?:^|_)(?:PASSWORD|SECRET|TOKEN|API_KEY|APIKEY|ACCESS_KEY|PRIVATE_KEY|KEY_SECRET|AUTH_KEY)$"
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)^(?:x+$|\*+|\.+|your|my[-_]|change|todo|secret$|password$|pass$|example|none|null|<|\$|\{|placeholder)|xxx|\.\.\.|here$|-me$"
)
# As Google writes the password that a program gets in the place of a person's.
_APP_PASSWORD: Final = re.compile(r"(?:[a-z]{4} ){3}[a-z]{4}")
_ENV_SECRET: Final = re.compile(
    r"(?i)(?:secret|token|passw|api_?key|private_?key|credential|database_url|_dsn|_key$)"
)
_KEY_FILES: Final = frozenset((".json", ".pem", ".key", ".p8"))
_LARGEST_KEY: Final = 20_000
_FOR_TESTS: Final = re.compile(
    r"(?:^|[/_.-])(?:tests?|fixtures?|examples?|samples?|dummy)\b", re.IGNORECASE
)
_TOKEN_SUFFIXES: Final = (".py", ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".js", ".env")


def _models(context: Context) -> Iterator[Finding]:
    folders = _public_folders(context)
    for entry in context.project.files:
        if (
            entry.suffix not in _MODELS
            or not entry.deployed
            or not context.project.files.is_source(entry.path)
        ):
            continue
        if any(entry.path.startswith(f"{folder}/") for folder in folders):
            yield found(
                "model-served-publicly",
                FileSpan(entry.path),
                values={"model": entry.path, "target": f"models/{entry.name}"},
            )


def _public_folders(context: Context) -> list[str]:
    """Return the folders whose files are handed out to everybody."""
    settings = places.django(context)
    found_: list[str] = []
    if settings is None:
        roots = {
            "static",
            *(
                f"{path.rpartition('/')[0]}/static".lstrip("/")
                for path in context.project.code.imported
            ),
        }
        return sorted(root for root in roots if context.project.files.has_folder(root))
    found_ += [folder.path for _, folder in _folders(settings) if _inside(folder)]
    sources = context.project.code.sources
    for app in places.installed_apps(settings):
        path = sources.path_of(app) or sources.path_of(app.partition(".apps.")[0])
        if path is not None:
            folder = f"{path.rpartition('/')[0]}/static"
            if context.project.files.has_folder(folder):
                found_.append(folder)
    return found_


def _source(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None:
        return
    for setting, folder in _folders(settings):
        if _holds_code(context, folder.path):
            yield found(
                "source-published-as-static",
                places.of_setting(setting),
                values={
                    "folder": folder.path or "The project itself",
                    "settings": setting.path,
                },
            )


def _folders(settings: Settings) -> Iterator[tuple[Setting, Folder]]:
    """Return the folders that collectstatic takes from and puts into."""
    for name in ("STATICFILES_DIRS", "STATIC_ROOT"):
        setting = settings.find(name)
        if setting is None:
            continue
        plain = setting.value.plain
        for item in plain if isinstance(plain, tuple) else (setting.value,):
            if isinstance(item.plain, Folder):
                yield setting, item.plain


def _inside(folder: Folder) -> bool:
    return bool(folder.path) and not folder.path.startswith("..")


def _holds_code(context: Context, folder: str) -> bool:
    if folder.startswith(".."):
        return False
    sources = context.project.code.sources.paths
    if not folder or folder == context.project.app:
        return bool(sources)
    return any(
        path.startswith(f"{folder}/") and path.rpartition("/")[2] != "__init__.py"
        for path in sources
    )


def _secrets(context: Context) -> Iterator[Finding]:
    yield from _env_files(context)
    settings = places.django(context)
    if settings is not None:
        yield from _in_settings(settings)
    yield from _in_code(context)
    yield from _key_files(context)


def _key_files(context: Context) -> Iterator[Finding]:
    """Report private keys that lie in git: a service account's JSON, a certificate's key."""
    for entry in context.project.files:
        if entry.suffix not in _KEY_FILES or not entry.tracked or entry.size_bytes > _LARGEST_KEY:
            continue
        if _FOR_TESTS.search(entry.path) or not context.project.files.is_source(entry.path):
            continue
        text = context.project.text(entry.path)
        line = None if text is None else text.line_of("PRIVATE KEY-----")
        if line is not None:
            yield found(
                "secrets-committed",
                FileSpan(entry.path, line, quote=MASK),
                values={"what": "A private key", "file": entry.path},
            )


def _env_files(context: Context) -> Iterator[Finding]:
    for entry in context.project.files:
        if not re.fullmatch(r"\.env(?:\.(?:prod|production|local|live))?", entry.name):
            continue
        # Without git nobody can tell whether it is kept out.
        if not entry.tracked or not context.project.files.is_source(entry.path):
            continue
        text = context.project.text(entry.path)
        for number, line in enumerate(() if text is None else text.lines[:400], 1):
            name, sign, value = line.partition("=")
            name = name.strip().removeprefix("export ")
            value = value.strip().strip("\"'")
            if (
                sign
                and _ENV_SECRET.search(name)
                and len(value) >= 6
                and not _PLACEHOLDER.search(value)
            ):
                yield found(
                    "secrets-committed",
                    FileSpan(entry.path, number, quote=f"{name}={MASK}"),
                    values={"what": name, "file": entry.path, "variable": name},
                )
                break


def _in_settings(settings: Settings) -> Iterator[Finding]:
    for name, setting in settings.names.items():
        if _SECRET_SETTING.search(name) and _is_secret(setting):
            yield found(
                "secrets-committed",
                places.of_setting(setting),
                values={"what": name, "file": setting.path, "variable": name},
            )
    databases = settings.find("DATABASES")
    if databases is None or not isinstance(databases.value.plain, dict):
        return
    for entry in databases.value.plain.values():
        password = places.entry(entry.plain, "PASSWORD")
        host = places.entry(entry.plain, "HOST")
        away = isinstance(host, str) and "." in host and not host.startswith(("127.", "0."))
        if (
            away
            and isinstance(password, str)
            and len(password) >= 4
            and not _PLACEHOLDER.search(password)
        ):
            yield found(
                "secrets-committed",
                places.of_setting(databases),
                values={
                    "what": "The database's password",
                    "file": databases.path,
                    "variable": "DATABASE_URL",
                },
            )


def _is_secret(setting: Setting) -> bool:
    plain = setting.value.plain
    if not isinstance(plain, str) or len(plain) < 8 or _PLACEHOLDER.search(plain):
        return False
    if _APP_PASSWORD.fullmatch(plain):
        return not setting.value.others or bool(setting.value.variables)
    if " " in plain or plain.startswith(("/", "http", "django.")):
        return False
    return not setting.value.others or bool(setting.value.variables)


def _in_code(context: Context) -> Iterator[Finding]:
    """Report tokens that tell what they are by their beginning, in texts of the site's code."""
    for source in usage.sources(context, *_PREFIXES):
        if source.tree is None:
            continue
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            value = node.value.strip()
            if (
                value.startswith("django-insecure")
                or not value.startswith(_PREFIXES)
                or len(value) > 300
            ):
                continue
            if mask(value) == MASK and not _PLACEHOLDER.search(value):
                yield found(
                    "secrets-committed",
                    source.at(node),
                    values={"what": "A key", "file": source.path},
                )


_PREFIXES: Final = (
    *("AKIA", "sk_live_", "sk-", "ghp_", "github_pat_", "xoxb-", "xoxp-", "AIza", "hf_", "SG."),
    *("rk_live_", "glpat-", "whsec_", "HRKU-", "dop_v1_", "npm_"),
)

MODELS: Final = Rule("model-in-public-folder", ("model-served-publicly",), _models)
SOURCE: Final = Rule("code-in-static-folder", ("source-published-as-static",), _source)
SECRETS: Final = Rule("secrets-in-files", ("secrets-committed",), _secrets)
