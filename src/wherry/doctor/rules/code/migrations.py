"""Models of the project whose migrations are not deployed."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places
from wherry.findings import Evidence, FileSpan, Finding, How
from wherry.project.code.source import Source


def _check(context: Context) -> Iterator[Finding]:
    settings = places.django(context)
    if settings is None or settings.find("MIGRATION_MODULES") is not None:
        return
    code = context.project.code
    files = context.project.files
    for app in places.installed_apps(settings):
        for module in dict.fromkeys((app, app.partition(".apps.")[0])):
            source = code.sources.module(f"{module}.models")
            if source is None or source.package:
                continue
            folder = f"{source.path.rpartition('/')[0]}/migrations"
            deployed = [
                path
                for path in code.sources.paths
                if path.startswith(f"{folder}/") and path.rpartition("/")[2] != "__init__.py"
            ]
            table = _table(source)
            if deployed or table is None:
                continue
            ignored = [
                path
                for path in files.paths
                if path.startswith(f"{folder}/")
                and path.endswith(".py")
                and path.rpartition("/")[2] != "__init__.py"
            ]
            evidence = (Evidence("git does not have", ignored[0], How.READ),) if ignored else ()
            yield found(
                "migrations-not-committed",
                FileSpan(source.path, table.lineno, quote=source.quote(table.lineno)),
                severity=Severity.ERROR,
                evidence=evidence,
                values={"app": module},
            )
            break


_MODELS: Final = frozenset(("django.db.models.Model", "django.contrib.auth.models.AbstractUser"))


def _table(source: Source) -> ast.ClassDef | None:
    """Return the first model that has a table of its own."""
    if not any(item.root == "django" for item in source.imports):
        return None
    for scope in source.index.classes():
        node = scope.node
        if (
            not isinstance(node, ast.ClassDef)
            or scope.outer is None
            or scope.outer.node is not None
        ):
            continue
        bases = {source.resolve(base) for base in node.bases}
        if bases & _MODELS and not _without_table(node):
            return node
    return None


def _without_table(node: ast.ClassDef) -> bool:
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "Meta":
            text = ast.unparse(inner)
            return any(
                word in text for word in ("abstract = True", "managed = False", "proxy = True")
            )
    return False


RULE: Final = Rule("migrations", ("migrations-not-committed",), _check)
