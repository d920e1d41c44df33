"""Draw the result as an SVG; run in an environment that has matplotlib.

``chart.py RESULT.json CHART.svg``
"""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
# Equal results give equal bytes.
mpl.rcParams.update({"svg.hashsalt": "wherry", "font.size": 8, "svg.fonttype": "none"})

import matplotlib.pyplot as plt  # noqa: E402

_OURS, _CEILING, _THEIRS = "#0b6e4f", "#b8b8b8", "#5b7fb5"
_FAR = 5.0
_PANELS = (
    ("requests_per_s", "requests/s", 1.0, "{:,.0f}"),
    ("pss_bytes", "memory, MB PSS", 1e-6, "{:,.0f}"),
    ("first_answer_s", "first answer, s", 1.0, "{:.1f}"),
)


def main() -> None:
    """Draw one row of panels for each work."""
    result = json.loads(Path(sys.argv[1]).read_text())
    works = result["works"]
    heights = [len(_measured(work)) + 1 for work in works.values()]
    figure, grid = plt.subplots(
        len(works),
        len(_PANELS),
        figsize=(11, 0.24 * sum(heights) + 0.5 * len(works)),
        squeeze=False,
        sharey="row",
        gridspec_kw={"height_ratios": heights},
        layout="constrained",
    )
    for row, work in zip(grid, works.values(), strict=True):
        for axes, panel in zip(row, _PANELS, strict=True):
            _draw(axes, _measured(work), panel)
        row[0].set_title(work["title"], loc="left", fontweight="bold")
    figure.savefig(sys.argv[2], metadata={"Date": None})


def _measured(work: dict[str, Any]) -> dict[str, Any]:
    """Return the peers to draw: those that were loaded.

    Where the model takes nearly all the time, the site without a model is so much faster that
    nothing else could be told apart beside it; the table has it.
    """
    rates = {name: _middle(peer, "requests_per_s") for name, peer in work["peers"].items()}
    loaded = {name: rate for name, rate in rates.items() if rate is not None}
    best = max((rate for name, rate in loaded.items() if not _is_ok(name)), default=0.0)
    return {
        name: work["peers"][name]
        for name, rate in loaded.items()
        if not _is_ok(name) or rate < _FAR * best
    }


def _is_ok(name: str) -> bool:
    return name.startswith("ok")


def _middle(peer: dict[str, Any], key: str) -> float | None:
    values = [start[key] for start in peer["starts"] if key in start]
    return statistics.median(values) if values else None


def _draw(axes: Any, peers: dict[str, Any], panel: tuple[str, str, float, str]) -> None:
    key, label, scale, form = panel
    values = [(_middle(peer, key) or 0.0) * scale for peer in peers.values()]
    colours = [
        _OURS if name.startswith("wherry") else _CEILING if _is_ok(name) else _THEIRS
        for name in peers
    ]
    titles = [peer["title"].replace("`", "") for peer in peers.values()]
    bars = axes.barh(titles, values, color=colours)
    axes.bar_label(bars, [form.format(value) for value in values], padding=2)
    axes.margins(x=0.15)
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()
