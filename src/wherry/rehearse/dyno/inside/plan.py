"""What the dyno's first process is told to do, in one line of JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What keeps a dyno apart from the machine.

    Attributes:
        user_namespace: Whether the rights for the others come from a user namespace of its own.
        mounts: Whether it sees folders of its own: its tree as /app, its own /tmp, no home.
        pids: Whether it sees no process but its own, and all end with the first.
        uid: The user that the command runs as; None for the one who started Wherry.
    """

    user_namespace: bool = False
    mounts: bool = False
    pids: bool = False
    uid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one dyno is set up.

    Attributes:
        argv: The program, and what it is given.
        folder: Where its first process works, as the dyno sees it.
        root: An empty folder, on which the dyno's own root is mounted.
        shown: Where the dyno sees a folder of the machine: ``{"/app": "/tmp/x/app"}``.
        overlays: Where it sees what is below with what it writes itself laid over it: the folder
            below, the one above, and one for the kernel to work in.
        replaced: What files it sees in the place of the machine's own: path and content.
        made: Files in memory that the machine has none of, below one folder each:
            ``{"/sys/fs/cgroup": {"memory.max": "536870912"}}``.
        limits: Resource limits by name: ``{"NPROC": 256}``.
        groups: Open descriptors of the ``cgroup.procs`` that the command joins.
    """

    walls: Walls
    argv: tuple[str, ...]
    folder: str
    root: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    overlays: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    made: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    groups: tuple[int, ...] = ()

    def joining(self, groups: tuple[int, ...]) -> "Plan":
        """Return the same plan with the groups that the command joins."""
        return replace(self, groups=groups)

    def laid_over(self, overlays: Mapping[str, tuple[str, str, str]]) -> "Plan":
        """Return the same plan with overlays where it shows folders."""
        shown = {seen: folder for seen, folder in self.shown.items() if seen not in overlays}
        return replace(self, shown=shown, overlays=overlays)

    def to_json(self) -> str:
        """Write it as one line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """Read what ``to_json`` wrote."""
        fields = json.loads(text)
        walls = Walls(**fields.pop("walls"))
        argv, groups = tuple(fields.pop("argv")), tuple(fields.pop("groups"))
        overlays = {seen: tuple(parts) for seen, parts in fields.pop("overlays").items()}
        return cls(overlays=overlays, walls=walls, argv=argv, groups=groups, **fields)
