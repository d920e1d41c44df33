"""SECRET_KEY: written down, or falling back to one that is."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, places
from wherry.findings import Finding, Fix
from wherry.project.code.parsing import parse
from wherry.project.code.settings import Settings
from wherry.project.code.values import UNKNOWN, Setting

_USUAL: Final = "SECRET_KEY"
_NEW: Final = "get_random_secret_key()"
_OF_SYSTEM: Final = ("os.environ.get", "os.getenv", "environ.get", "getenv")
# python-decouple and django-environ, which read a file .env as well.
_OF_PACKAGES: Final = ("config", "decouple.config", "env", "env.str")
_IMPORT: Final = "from django.core.management.utils import get_random_secret_key"


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    setting = None if settings is None else settings.find("SECRET_KEY")
    if settings is None or setting is None:
        return
    if not isinstance(setting.value.plain, str):
        # The host is told to set it, and the code has a key of its own all the same.
        if setting.value.variables and not setting.conditional and _texts(setting):
            yield _found(context, "secret-key-fallback", setting)
        return
    if not setting.value.plain.strip():
        return
    if not setting.value.variables and not setting.value.others:
        if not setting.conditional:
            yield _found(context, "secret-key-hard-coded", setting)
        return
    declared = context.project.code.namespaces.world.variables
    if setting.value.variables and all(name in declared for name in setting.value.variables):
        # A file of the project sets it, which another rule looks at. An image's variable is there
        # for its build, and a committed .env has to go: what the code falls back to counts.
        apart = _in_image(context) | _in_env_file(context)
        if setting.value.variables <= apart and _has_default(context, setting):
            yield _found(context, "secret-key-fallback", setting)
        return
    if not _only_with_debug(settings, setting):
        yield _found(context, "secret-key-fallback", setting)


def _in_image(context: Context) -> frozenset[str]:
    """Return what the Dockerfile sets."""
    dockerfile = context.project.dockerfile
    return frozenset(() if dockerfile is None else dockerfile.env)


def _in_env_file(context: Context) -> frozenset[str]:
    """Return what a file .env sets that is in git."""
    files = [item for item in context.project.files.named(".env") if item.tracked and item.deployed]
    texts = [context.project.text(item.path) for item in files]
    rows = [row for text in texts if text is not None for row in text.lines]
    return frozenset(
        row.partition("=")[0].strip().removeprefix("export ").strip() for row in rows if "=" in row
    )


def _has_default(context: Context, setting: Setting) -> bool:
    """Whether the code names a key for where the variable is not set."""
    value = _value_of(context, setting)
    return value is not None and any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.strip() not in ("", *setting.value.variables)
        for node in ast.walk(value)
    )


def _texts(setting: Setting) -> bool:
    others = setting.value.others
    return setting.value.plain is UNKNOWN and any(isinstance(one, str) and one for one in others)


def _only_with_debug(settings: Settings, setting: Setting) -> bool:
    """Whether the key in the text is used where DEBUG is on only."""
    debug = settings.value("DEBUG").variables
    return bool(debug) and setting.value.variables <= debug


def _found(context: Context, name: str, setting: Setting) -> Finding:
    read = _read(context, setting)
    variable = next(iter(setting.value.variables)) if len(setting.value.variables) == 1 else _USUAL
    key = read or f'os.environ.get("{variable}")'
    change = editing.replaced(context, setting, f"SECRET_KEY = {key} or {_NEW}")
    change = editing.with_import(change, _IMPORT)
    change = change if read else editing.with_import(change, "import os")
    text = (
        f"Read it from the environment. Set {variable} on the host as well: without it each worker "
        "makes a key of its own at each start, and sessions end with it."
    )
    fix = None if change is None or setting.conditional else Fix(text, (change,), safe=False)
    return found(name, places.of_setting(setting), values={"settings": setting.path}, fix=fix)


def _read(context: Context, setting: Setting) -> str:
    """Return the call that reads the key, without what it falls back to; "" where there is none.

    The host sets the variable that the code asks for now, and not another one.
    """
    value = _value_of(context, setting)
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        value = value.values[0]
    if not isinstance(value, ast.Call) or not value.args:
        return ""
    name = value.args[0]
    reader = ast.unparse(value.func)
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        return ""
    if reader in _OF_SYSTEM:
        return f'{reader}("{name.value}")'
    return f'{reader}("{name.value}", default="")' if reader in _OF_PACKAGES else ""


def _value_of(context: Context, setting: Setting) -> ast.expr | None:
    """Return the expression that a setting is set to, where it is a plain assignment."""
    text = context.project.text(setting.path)
    if text is None:
        return None
    rows = text.lines[setting.line - 1 : setting.end_line]
    tree = parse("\n".join(rows).strip())
    statement = tree.body[0] if isinstance(tree, ast.Module) and tree.body else None
    return statement.value if isinstance(statement, ast.Assign) else None


RULE: Final = Rule("secret-key", ("secret-key-hard-coded", "secret-key-fallback"), _check)
