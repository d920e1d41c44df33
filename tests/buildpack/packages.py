"""Installed packages, written by hand: what an installer leaves of a wheel."""

from collections.abc import Mapping, Sequence
from pathlib import Path


def install(
    site_packages: Path,
    name: str,
    version: str = "1.0",
    *,
    modules: Sequence[str] | None = None,
    requires: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
) -> None:
    """Write a package with its modules, its metadata and its record."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    names = [name.replace("-", "_")] if modules is None else list(modules)
    written = {f"{module}/__init__.py": "" for module in names}
    written |= files or {}
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    written[f"{info}/METADATA"] = "\n".join(lines) + "\n"
    record = f"{info}/RECORD"
    for path, text in written.items():
        file = site_packages / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (site_packages / record).write_text("".join(f"{path},,\n" for path in (*written, record)))


def install_tensorflow(site_packages: Path) -> None:
    """Write a TensorFlow with some of what it brings along, beside a site's own packages."""
    install(
        site_packages,
        "tensorflow-cpu",
        "2.21.0",
        modules=["tensorflow"],
        requires=["keras>=3", "h5py", "requests", "numpy", "flatbuffers"],
    )
    install(site_packages, "keras", "3.15.1", requires=["rich", "h5py", "numpy"])
    install(site_packages, "h5py", requires=["numpy"])
    install(site_packages, "requests", requires=["idna"])
    for name in ("rich", "idna", "numpy", "setuptools", "flatbuffers", "django"):
        install(site_packages, name)
