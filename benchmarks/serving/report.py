"""The result in words and tables: for the terminal, and as the page in the documentation."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from benchmarks.serving.bars import MB, Bar, Result, bars, series
from benchmarks.serving.samples import middle

_HEADINGS = (
    "",
    "runtime",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "first answer s",
    "PSS MB",
    "anonymous MB",
    "processes",
)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that also reads well as plain text; numbers stand to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    right = [
        index > 0 and all(_numeric(row[index]) for row in rows) for index in range(len(widths))
    ]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    ruler = [
        "-" * (width - 1) + (":" if to_right else "-")
        for width, to_right in zip(widths, right, strict=True)
    ]
    return "\n".join((line(headings), line(ruler), *map(line, rows)))


def _numeric(cell: str) -> bool:
    return cell == "-" or cell.replace(",", "").replace(".", "").isdigit()


def work_table(result: Result, work: str) -> str:
    """Return the table of one work, one peer a line."""
    rows = []
    for name, peer in result["works"][work]["peers"].items():
        if not peer["starts"]:
            rows.append([peer["title"], peer["runtime"], *["-"] * (len(_HEADINGS) - 2)])
            continue

        def number(key: str, digits: int, scale: float = 1, *, of: str = name) -> str:
            value = middle(series(result, work, of, key))
            return "-" if value is None else f"{value / scale:,.{digits}f}"

        rows.append(
            [
                peer["title"],
                peer["runtime"],
                number("requests_per_s", 0),
                number("p50_ms", 1),
                number("p99_ms", 1),
                number("first_answer_s", 2),
                number("pss_bytes", 0, MB),
                number("anonymous_bytes", 0, MB),
                number("processes", 0),
            ]
        )
    return table(_HEADINGS, rows)


def notes(result: Result, work: str) -> list[str]:
    """Return what the table of a work does not show: failures, refusals, bare loops."""
    found = result["works"][work]
    said = []
    for name, peer in found["peers"].items():
        title = peer["title"]
        said += [f"{title}: a start failed. {failure}" for failure in sorted(set(peer["failures"]))]
        refused = sum(series(result, work, name, "failed"))
        broken = sum(series(result, work, name, "socket_errors"))
        if refused or broken:
            said.append(
                f"{title}: {refused:.0f} requests were refused and {broken:.0f} connections "
                "broke under load; they are not in requests/s."
            )
    plans = [
        f"{peer['title']} {peer['plan'][0]} x {peer['plan'][1]}"
        for name, peer in found["peers"].items()
        if peer["plan"] and not name.startswith("ok")
    ]
    if plans:
        said.append(f"Processes x threads: {'; '.join(plans)}.")
    for runtime, loops in _bare(found).items():
        ways = ", ".join(f"{rate:,.0f} ({way})" for way, rate in loops.items())
        said.append(f"Predictions/s of {runtime} in a bare loop: {ways}.")
    return said


def _bare(found: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    by_runtime = {found["runtime"]: found["bare_loops"], **found["other_bare_loops"]}
    return {
        runtime: {way: middle([one[way] for one in loops]) or 0.0 for way in loops[0]}
        for runtime, loops in by_runtime.items()
        if loops
    }


def bar_table(judged: Sequence[Bar]) -> str:
    """Return the table of bars: what was asked, what was seen."""
    words = {True: "reached", False: "**not reached**", None: "not measured"}
    rows = [
        [
            bar.name,
            f"{'at least' if bar.at_least else 'at most'} {bar.limit:g} {bar.unit}",
            "-" if bar.value is None else f"{bar.value:.2f} {bar.unit}",
            words[bar.reached],
        ]
        for bar in judged
    ]
    return table(("bar", "asked", "measured", ""), rows)


def text(result: Result) -> str:
    """Return the result for the terminal, in Markdown that reads as plain text."""
    return "\n\n".join(_parts(result))


def _parts(result: Result) -> list[str]:
    parts = []
    for name, work in result["works"].items():
        listed = "\n".join(f"- {note}" for note in notes(result, name))
        parts += [
            f"## {work['title']}; {work['connections']} connections",
            work_table(result, name),
            listed,
        ]
    judged = bars(result)
    if judged:
        parts += ["## Bars", bar_table(judged)]
    return [part for part in parts if part]


def machine_text(machine: Mapping[str, Any]) -> str:
    """Return what was measured on, in a line."""
    memory = (machine["memory_bytes"] or 0) / 2**30
    return (
        f"{machine['cpu']}, {machine['cores']} cores ({', '.join(machine['cpu_flags'])}), "
        f"{memory:.0f} GiB, {machine['system']}, Linux {machine['kernel']}, Python "
        f"{machine['python']}; load average before the run {machine['load_before']}"
    )


def page(result: Result, *, chart: str, data: str) -> str:
    """Return the documentation's page about the result."""
    machine = result["machine"]
    settings = result["settings"]
    held = {pair for found in result["versions"].values() for pair in found.items()}
    versions = ", ".join(f"{name} {number}" for name, number in sorted(held))
    minutes = max(1, round(result["took_s"] / 60))
    paragraphs = (
        "# Benchmarks",
        f"<!-- Written by `{result['command']}`; edit benchmarks/serving/report.py instead. -->",
        f"""Wherry beside other ways to serve the same models: each in an environment of its own,
        one after the other, on the same machine in one run. wrk asks over loopback, from the same
        cores, each connection again as soon as it is answered; before and after, every peer's
        answer is compared with that of the runtime called directly. The numbers are medians over
        rounds, {settings["rounds"]} of them for those that a bar compares: a round starts every
        peer anew, waits until it rests and loads it for {settings["load_s"]:g} s. The first answer
        is counted from the start of the process to the first right answer. Memory is that of all
        processes of a server under load; pages that several share are counted once.""",
        f"![Requests per second, memory and first answer of each peer]({chart})",
        *_parts(result),
        """"ok" is a Django site without a model and without numpy that reads the same body and
        answers "ok", with as many processes and threads as Wherry has. The same server is `wherry
        serve`. granian's own command is what it builds on: without the watch for clients that send
        slowly, and without the I/O threads that wait for their turn. Where a bar only says "ok", it
        is that one. Ratios are those of neighbours in the same round.""",
        "## The machine",
        f"""{machine_text(machine)}. Measured on
        {result["date"]} at commit `{result["commit"]}`. {versions}.""",
        "## Repeat it",
        f"""`{result["command"]}` makes what it needs in `.wherry/bench` (about 3 GB, some minutes
        the first time), measures for about {minutes} minutes and writes this page; `--quick` takes
        about a fifth of that and leaves the page alone. It needs wrk (`apt-get install wrk`),
        Linux, and a Python that TensorFlow has a wheel for (3.12 or 3.13). Let nothing else run on
        the machine. All numbers, of every round, are in [{data}]({data}).""",
        "## More than can be answered, and what is not served but built",
        """[What servers do under more load than they can answer](load.md); [slugs with and without
        the buildpack](buildpack.md#measured); [jobs while workers are killed](jobs.md); [what was
        predicted](predictions.md); [models that were shrunk](corpus.md).""",
        "## What is not measured here",
        f"""A network and a router between client and server; batching of requests, which no peer
        was asked to do; GPUs; more than {machine["cores"]} cores;
        servers that cannot be installed from Python's package index,
        such as TensorFlow Serving and Triton.""",
    )
    return "\n\n".join(_filled(paragraph) for paragraph in paragraphs) + "\n"


BEGIN, END = "<!-- benchmark: written by scripts/bench serving -->", "<!-- /benchmark -->"
_ON_THE_FRONT = ("usual", "hand", "mlserver", "litserve", "bentoml", "ray", "wherry")


def front(readme: str, result: Result) -> str:
    """Return the README with its table, between its two marks, taken from this result."""
    peers = result["works"]["digits"]["peers"]
    rows = [
        [peers[name]["title"], *_front_numbers(result, name)]
        for name in _ON_THE_FRONT
        if name in peers and peers[name]["starts"]
    ]
    headings = (
        *("784 numbers as JSON, small dense model, 2 cores", "requests/s", "p99 ms"),
        *("memory MB (PSS)", "first answer s"),
    )
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table(headings, rows)}\n{END}{after}"


def _front_numbers(result: Result, name: str) -> list[str]:
    numbers = (
        (middle(series(result, "digits", name, "requests_per_s")), 0, 1.0),
        (middle(series(result, "digits", name, "p99_ms")), 1, 1.0),
        (middle(series(result, "digits", name, "pss_bytes")), 0, MB),
        (middle(series(result, "digits", name, "first_answer_s")), 1, 1.0),
    )
    return ["-" if v is None else f"{v / scale:,.{digits}f}" for v, digits, scale in numbers]


def _filled(paragraph: str) -> str:
    """Break prose into lines; tables, lists and the rest stay as they are."""
    if paragraph.startswith(("|", "-", "<", "!", "#")):
        return paragraph
    return fill(" ".join(paragraph.split()), 100, break_long_words=False, break_on_hyphens=False)
