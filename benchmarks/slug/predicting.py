"""What is predicted of a set, beside what it really came to."""

from typing import Any

from benchmarks.slug.measuring import from_document
from wherry.estimate.slug import predict_slug
from wherry.estimate.wheels.known_wheels import known_wheels
from wherry.estimate.wheels.package import Knowledge, Package


def compared(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with the prediction from lists of files, and the one from the table alone."""
    python = version(row)
    listed = predict_slug(packages(row), python)
    tabled = predict_slug(
        [known_wheels().package(key(one), one["version"]) for one in row["packages"]], python
    )
    slug = row["slug_bytes"]
    # Where a file lay is of no use to a reader.
    plain = [{name: one[name] for name in one if name != "url"} for one in row["packages"]]
    return {
        **row,
        "packages": plain,
        "predicted": listed.to_dict() | {"parts": []},
        "error_ratio": listed.prediction.value / slug - 1,
        "offline": tabled.to_dict() | {"parts": []},
        "offline_error_ratio": tabled.prediction.value / slug - 1,
    }


def packages(row: dict[str, Any]) -> list[Package]:
    """Return the packages of a measured set as the doctor knows them when it may ask an index."""
    return [
        Package(key(one), one["version"], Knowledge.LISTED, from_document(one["contents"]))
        if one["contents"] is not None
        else Package(key(one), one["version"])
        for one in row["packages"]
    ]


def version(row: dict[str, Any]) -> tuple[int, int]:
    """Return the Python of a row."""
    major, _, minor = row["python"].partition(".")
    return int(major), int(minor)


def key(package: dict[str, Any]) -> str:
    """Return a package's name as the index compares it."""
    name: str = package["name"]
    return name.replace("_", "-").replace(".", "-").lower()


def rows_as_text(rows: list[dict[str, Any]]) -> str:
    """Return the table for a page and for a terminal."""
    lines = [
        (
            "| set | Python | built MB | predicted MB | off by | interval MB | gzip -9 to -1 MB "
            "| without an index |"
        ),
        "| --- | --- | ---: | ---: | ---: | --- | --- | ---: |",
    ]
    for row in rows:
        told = row["predicted"]
        lines.append(
            f"| {row['name']} | {row['python']} | {_mb(row['slug_bytes'])} | {_mb(told['value'])} "
            f"| {row['error_ratio']:+.1%} | {_mb(told['low'])} to {_mb(told['high'])} "
            f"| {_mb(told['gzip_9_bytes'])} to {_mb(told['gzip_1_bytes'])} "
            f"| {row['offline_error_ratio']:+.1%} |"
        )
    return "\n".join(lines) + "\n"


def _mb(size: float) -> str:
    return f"{size / 1e6:.1f}"
