"""The entry to the project's code: everything when it is asked for, each file parsed once."""

from dataclasses import dataclass
from functools import cached_property

from wherry.findings import Skipped
from wherry.project.code import model_loading, selection, serving, sources, web_views, world
from wherry.project.code.definitions import Definitions
from wherry.project.code.expressions import Evaluator
from wherry.project.code.imports import Import
from wherry.project.code.indexing import Call
from wherry.project.code.loads import ModelLoad
from wherry.project.code.locals_of import evaluator_at
from wherry.project.code.moments import Moment
from wherry.project.code.namespaces import Namespaces
from wherry.project.code.reach import Reach
from wherry.project.code.routes import View
from wherry.project.code.settings import Settings
from wherry.project.code.source import Source
from wherry.project.code.sources import Sources
from wherry.project.contents import Contents


@dataclass(frozen=True, eq=False)
class Code:
    """The project's own Python files that are deployed, and what they say."""

    contents: Contents
    sources: Sources

    @cached_property
    def namespaces(self) -> Namespaces:
        """The names that modules bind."""
        found = Namespaces(self.sources, world.look_around(self.contents))
        found.use_settings(lambda: {} if self.settings is None else self.settings.names)
        return found

    @cached_property
    def settings(self) -> Settings | None:
        """The Django settings that the web process runs with; None where there are none."""
        return selection.served(self.sources, self.namespaces)

    @cached_property
    def build_settings(self) -> Settings | None:
        """The Django settings that manage.py, and so collectstatic, runs with."""
        return selection.built(self.sources, self.namespaces) or self.settings

    @cached_property
    def imported(self) -> frozenset[str]:
        """The files that a web process imports before its first request."""
        return serving.imported(self.sources, self.settings)

    @cached_property
    def definitions(self) -> Definitions:
        """What names in the code lead to."""
        return Definitions(self.sources)

    @cached_property
    def reach(self) -> Reach:
        """When code runs."""
        return Reach(self.sources, self.definitions, self.imported)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Every import of every file; those of tests too, which ``sources.is_test`` tells."""
        return tuple(item for source in self.sources.all for item in source.imports)

    @cached_property
    def served(self) -> frozenset[str]:
        """The files that the web process imports, at its start or later."""
        late = (
            source.path
            for source in self.sources.all
            if source.path not in self.imported
            and self.reach.module(source) - {Moment.COMMAND, Moment.BACKGROUND}
        )
        return self.imported | frozenset(late)

    @cached_property
    def views(self) -> tuple[View, ...]:
        """What answers requests."""
        return web_views.views(self.definitions)

    @cached_property
    def working(self) -> str:
        """The folder in which the server is started, relative to the project's root."""
        for server in self.contents.servers.values():
            return server.folder
        return self.contents.app

    @cached_property
    def model_loads(self) -> tuple[ModelLoad, ...]:
        """Every place that loads a model; those that nothing reaches have no moments."""
        return tuple(
            model_loading.find(self.namespaces, self.definitions, self.reach, self.working)
        )

    @cached_property
    def framework(self) -> str:
        """``django``, ``flask``, ``fastapi`` or ""; Django where there are several."""
        roots = {item.root for item in self.imports if not self.sources.is_test(item.path)}
        return next((name for name in ("django", "flask", "fastapi") if name in roots), "")

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files whose syntax is wrong, so that nothing is known of them."""
        return self.sources.skipped

    def evaluator(self, source: Source, call: Call) -> Evaluator:
        """Return an evaluator that knows the names at a call."""
        return evaluator_at(self.namespaces, self.definitions, source, call.scope, call.node.lineno)


def read_code(contents: Contents) -> Code:
    """Return the project's code; no file is parsed before somebody asks for what is in it."""
    return Code(contents, sources.gather(contents))
