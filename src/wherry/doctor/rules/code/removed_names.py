"""Names that newer releases of Python and Django no longer have."""

import ast
import re
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.dependencies import standard_library
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import editing, usage, versions
from wherry.findings import Change, Finding, Fix

_IN: Final = {
    "django.conf.urls": ((4, 0), ("url",)),
    "django.utils.translation": (
        (4, 0),
        ("ugettext", "ugettext_lazy", "ugettext_noop", "ungettext", "ungettext_lazy"),
    ),
    "django.utils.encoding": ((4, 0), ("force_text", "smart_text")),
    "django.utils.http": (
        (4, 0),
        ("is_safe_url", "urlquote", "urlquote_plus", "urlunquote", "urlunquote_plus"),
    ),
    "django.db.models": ((4, 0), ("NullBooleanField",)),
    "django.contrib.postgres.fields": ((4, 0), ("JSONField",)),
    "django.contrib.postgres.forms": ((4, 0), ("JSONField",)),
    "django.core.urlresolvers": ((2, 0), ()),
    "django.utils.six": ((3, 0), ()),
    "django.utils.lru_cache": ((3, 0), ()),
    "django.utils.decorators": ((3, 0), ("available_attrs", "ContextDecorator")),
    "django.utils.python_2_unicode_compatible": ((3, 0), ()),
    "django.shortcuts": ((3, 0), ("render_to_response",)),
    "django.contrib.staticfiles.templatetags": ((3, 0), ()),
    "django.core.files.storage": ((5, 1), ("get_storage_class",)),
    "django.utils.timezone": ((5, 0), ("utc",)),
    "django.contrib.auth.views": (
        (2, 1),
        ("login", "logout", "password_reset", "password_change", "password_reset_done"),
    ),
    "django.contrib.admindocs.tests": ((4, 0), ()),
    "django.utils.functional": ((4, 0), ("curry",)),
    "django.core.cache.backends.memcached.MemcachedCache": ((4, 1), ()),
}
"""Django's modules: since when what is missing there; without names the whole module."""

_COLLECTIONS: Final = frozenset(
    (
        *("Callable", "Container", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView"),
        *("Mapping", "MappingView", "MutableMapping", "MutableSequence", "MutableSet", "Sequence"),
        *("Set", "Sized", "ValuesView", "Generator", "Awaitable", "Coroutine"),
    )
)
_SUCCESSORS: Final = {
    ("django.conf.urls", "url"): ("django.urls", "re_path"),
    ("django.utils.translation", "ugettext"): ("django.utils.translation", "gettext"),
    ("django.utils.translation", "ugettext_lazy"): ("django.utils.translation", "gettext_lazy"),
    ("django.utils.translation", "ugettext_noop"): ("django.utils.translation", "gettext_noop"),
    ("django.utils.translation", "ungettext"): ("django.utils.translation", "ngettext"),
    ("django.utils.translation", "ungettext_lazy"): ("django.utils.translation", "ngettext_lazy"),
    ("django.utils.encoding", "force_text"): ("django.utils.encoding", "force_str"),
    ("django.utils.encoding", "smart_text"): ("django.utils.encoding", "smart_str"),
    ("django.utils.http", "urlquote"): ("urllib.parse", "quote"),
    ("django.utils.http", "is_safe_url"): (
        "django.utils.http",
        "url_has_allowed_host_and_scheme",
    ),
    ("django.contrib.postgres.fields", "JSONField"): ("django.db.models", "JSONField"),
    ("django.core.urlresolvers", "reverse"): ("django.urls", "reverse"),
    ("django.core.urlresolvers", "reverse_lazy"): ("django.urls", "reverse_lazy"),
}
_ONE_LINE: Final = re.compile(
    r"^(?P<indent>\s*)from (?P<module>[\w.]+) import (?P<names>[\w, ]+?)\s*(?:#.*)?$"
)
# What stands in for a removed module, where it is installed.
_BACKPORTS: Final = {
    "cgi": ("legacy-cgi",),
    "telnetlib": ("standard-telnetlib",),
    "imghdr": ("standard-imghdr",),
    # setuptools brings a distutils of its own; TensorFlow requires setuptools.
    "distutils": ("setuptools", "tensorflow", "tensorflow-cpu"),
    "audioop": ("audioop-lts",),
    "asyncore": ("pyasyncore",),
    "asynchat": ("pyasynchat",),
}


def _django(context: Context) -> Iterator[Finding]:
    for use in usage.imports(context, "django."):
        module, _, name = use.name.rpartition(".")
        for where, (since, names) in _IN.items():
            whole = not names and (use.name == where or use.name.startswith(f"{where}."))
            if not whole and not (module == where and name in names):
                continue
            if _django_is(context, since):
                told = use.name if whole else name
                yield found(
                    "removed-django-api",
                    use.where,
                    severity=Severity.ERROR,
                    values={
                        "name": told,
                        "version": f"{since[0]}.{since[1]}",
                        "code_file": use.where.path,
                    },
                    fix=_renamed(context, use, module, name),
                )


def _renamed(context: Context, use: usage.Use, module: str, name: str) -> Fix | None:
    """Return the import of the name's successor under the old name."""
    successor = _SUCCESSORS.get((module, name))
    before = editing.text_of(context, use.where.path)
    if successor is None or before is None or use.where.line is None:
        return None
    lines = before.splitlines(keepends=True)
    line = lines[use.where.line - 1]
    match = _ONE_LINE.match(line)
    if match is None or match["module"] != module:
        return None
    names = [part.strip() for part in match["names"].split(",") if part.strip()]
    kept = [part for part in names if part.split()[0] != name]
    alias = next((part.split()[-1] for part in names if part.split()[0] == name), name)
    as_ = "" if alias == successor[1] else f" as {alias}"
    new = [f"{match['indent']}from {successor[0]} import {successor[1]}{as_}\n"]
    if kept:
        new.insert(0, f"{match['indent']}from {module} import {', '.join(kept)}\n")
    lines[use.where.line - 1 : use.where.line] = new
    change = Change(use.where.path, before, "".join(lines))
    return Fix(f"Import {successor[1]} in its place.", (change,), safe=True)


def _ajax(context: Context) -> Iterator[Finding]:
    """Report request.is_ajax(), which went with Django 4.0."""
    if not _django_is(context, (4, 0)):
        return
    for source in usage.sources(context, ".is_ajax("):
        for call in source.index.calls:
            function = call.node.func
            if not isinstance(function, ast.Attribute) or function.attr != "is_ajax":
                continue
            if ast.unparse(function.value) in ("request", "self.request", "req"):
                yield found(
                    "removed-django-api",
                    source.at(call.node),
                    severity=Severity.ERROR,
                    values={"name": "request.is_ajax", "version": "4.0", "code_file": source.path},
                )


def _django_is(context: Context, since: tuple[int, int]) -> bool:
    """Whether the Django that is installed is that one or a later one, as far as can be told."""
    if versions.at_least(context, "django", since):
        return True
    asked = context.project.requirements.get("django")
    if asked is None or versions.installed(context, "django") is not None:
        return False
    open_ended = not versions.below(context, "django", (since[0], since[1] + 1))
    return open_ended and not any(sign in asked.specifier for sign in ("<", "==", "~="))


def _library(context: Context) -> Iterator[Finding]:
    if context.python is None:
        return
    gone = {
        name
        for since, names in standard_library.REMOVED.items()
        if context.python >= since
        for name in names
    }
    for use in usage.imports(context, *gone, "collections"):
        root = use.name.partition(".")[0]
        version = f"{context.python[0]}.{context.python[1]}"
        if root in gone and not _stands_in(context, root):
            yield _gone(use, root, version)
        module, _, name = use.name.rpartition(".")
        if module == "collections" and name in _COLLECTIONS and context.python >= (3, 10):
            yield _gone(use, f"collections.{name}", version)


def _stands_in(context: Context, module: str) -> bool:
    preinstalled = context.target.find("setuptools_preinstalled") is not None
    if module == "distutils" and preinstalled and context.python == (3, 12):
        return True
    return any(versions.wanted(context, name) for name in _BACKPORTS.get(module, ()))


def _gone(use: usage.Use, module: str, version: str) -> Finding:
    return found(
        "removed-stdlib-module",
        use.where,
        severity=Severity.ERROR if use.at_start else Severity.WARNING,
        values={"module": module, "python": version, "code_file": use.where.path},
    )


AJAX: Final = Rule("django-is-ajax", ("removed-django-api",), _ajax)
DJANGO: Final = Rule("django-names", ("removed-django-api",), _django)
LIBRARY: Final = Rule("standard-library-names", ("removed-stdlib-module",), _library)
