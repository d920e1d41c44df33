"""The folders that a dyno sees: the system's, its own tree as /app, its own /tmp, and no home."""

from collections.abc import Mapping
from pathlib import Path

from wherry.rehearse.dyno.inside import kernel
from wherry.rehearse.dyno.inside.plan import Plan

# What is the system's on any Linux. Homes, and whatever else the machine's owner keeps at the
# top, are not there on the platform either.
SYSTEM = (
    *("bin", "boot", "etc", "lib", "lib32", "lib64", "libx32", "nix", "opt", "sbin"),
    *("srv", "sys", "usr", "var", "run", "dev"),
)
# Where any program may leave something; and where the kernel's own files are written to.
_WRITABLE = frozenset(("var", "run", "dev"))


def build(plan: Plan) -> None:
    """Mount the dyno's own root and go there; the caller has a mount namespace of its own.

    Raises:
        OSError: the kernel refuses a mount.
    """
    # Nothing that is mounted from here on is to show outside.
    kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    root = Path(plan.root)
    kernel.mount("dyno", plan.root, "tmpfs", kernel.MS_NOSUID, "mode=755")
    for name in SYSTEM:
        _show_system(Path("/", name), root / name)
    _mount_processes(root / "proc", fresh=plan.walls.pids)
    (root / "root").mkdir(mode=0o755)
    (root / "home").mkdir(mode=0o755)
    shared = root / "dev/shm"
    if shared.is_dir():
        kernel.mount("shm", str(shared), "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=1777")
    for folder, files in plan.made.items():
        _make(root / folder.lstrip("/"), files)
    for seen, source in plan.shown.items():
        target = root / seen.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        kernel.bind(source, str(target))
    for seen, (below, above, work) in plan.overlays.items():
        target = root / seen.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        # Root may rename folders of the slug as well; in a user namespace the kernel keeps its
        # notes in attributes that anyone may set.
        way = "userxattr" if plan.walls.user_namespace else "redirect_dir=on"
        options = f"lowerdir={below},upperdir={above},workdir={work},{way}"
        kernel.mount("overlay", str(target), "overlay", 0, options)
    _replace(root, plan.replaced)
    kernel.change_root(plan.root)


def _show_system(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir()
        kernel.bind(str(source), str(target))
        if target.name not in _WRITABLE:
            # Who starts Wherry may own more than a dyno's user would.
            kernel.write_protect(str(target))


def _mount_processes(target: Path, *, fresh: bool) -> None:
    target.mkdir()
    if fresh:
        kernel.mount("proc", str(target), "proc", kernel.MS_NOSUID | kernel.MS_NODEV)
    else:
        kernel.bind("/proc", str(target))


def _make(folder: Path, files: Mapping[str, str]) -> None:
    """Lay a folder in memory over one, with these files."""
    kernel.mount("dyno", str(folder), "tmpfs", kernel.MS_NOSUID, "mode=755")
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _replace(root: Path, files: Mapping[str, str]) -> None:
    """Lay files over the machine's own, which stay as they are; one that is not there is let be."""
    for index, (seen, content) in enumerate(files.items()):
        target = root / seen.lstrip("/")
        if not target.is_file():
            continue
        source = root / f".replaced-{index}"
        source.write_text(content, encoding="utf-8")
        source.chmod(target.stat().st_mode & 0o777)
        kernel.mount(str(source), str(target), None, kernel.MS_BIND)
        source.unlink()
