"""The result in words and tables."""

from benchmarks.serving.report import BEGIN, END, front, notes, page, table, text, work_table

from tests.benchmarks.results import peer, result, start


def test_a_table_stands_in_columns_with_numbers_to_the_right() -> None:
    """It is Markdown, and reads as plain text."""
    assert table(("name", "rate"), [["a", "1,000"], ["long", "-"]]) == (
        "| name |  rate |\n| ---- | ----: |\n| a    | 1,000 |\n| long |     - |"
    )


def test_the_table_shows_medians_in_the_units_of_its_headings() -> None:
    """Bytes are shown in MB."""
    seen = result("digits", {"wherry": peer(start(0), start(1, pss_bytes=92_000_000))}, [])

    row = work_table(seen, "digits").splitlines()[-1]

    assert [cell.strip() for cell in row.split("|")[1:-1]] == (
        ["A peer", "litert", "1,000", "1.0", "4.0", "0.70", "91", "60", "3"]
    )


def test_a_peer_that_never_started_is_listed_with_its_reason() -> None:
    """It stays in the table, without numbers, and says why below."""
    seen = result("digits", {"ray": peer(failures=("no answer within 90 s",) * 2)}, [])

    row = work_table(seen, "digits").splitlines()[-1]
    assert row.replace(" ", "") == "|Apeer|litert|-|-|-|-|-|-|-|"
    assert notes(seen, "digits") == ["A peer: a start failed. no answer within 90 s"]


def test_refusals_under_load_are_told() -> None:
    """A fast peer that refuses is not simply fast."""
    seen = result("digits", {"wherry": peer(start(0, failed=12))}, [])

    (note,) = notes(seen, "digits")

    assert "12 requests were refused" in note


def test_nothing_is_noted_of_a_quiet_run() -> None:
    """No failure, no refusal: no words."""
    assert notes(result("digits", {"wherry": peer(start(0))}, []), "digits") == []


def test_bare_loops_are_told_as_medians_over_rounds() -> None:
    """One number for each way."""
    loops = [{"a caller per core": 90.0}, {"a caller per core": 110.0}, {"a caller per core": 97.0}]

    said = notes(result("mobilenet", {}, loops), "mobilenet")

    assert said == ["Predictions/s of litert in a bare loop: 97 (a caller per core)."]


def test_a_bar_that_is_missed_is_said_aloud() -> None:
    """Bars stand below the tables, each with what was asked and what was measured."""
    seen = result("digits", {"wherry": peer(start(0, p99_ms=9.0))}, [])

    line = next(line for line in text(seen).splitlines() if "p99 at 16" in line)

    assert "at most 8 ms" in line
    assert "9.00 ms" in line
    assert "**not reached**" in line


def test_the_page_says_what_was_measured_where_and_how_to_repeat_it() -> None:
    """Machine, date, commit, versions, command and what is not measured stand beside the table."""
    seen = {
        **result("digits", {"wherry": peer(start(0))}, []),
        "date": "2026-01-31",
        "commit": "abc123",
        "command": "scripts/bench serving",
        "took_s": 1400,
        "settings": {"rounds": 5, "load_s": 4.0},
        "versions": {"wherry": {"django": "6.1.3"}, "hand": {"django": "6.1.3"}},
        "machine": {
            "cpu": "A CPU",
            "cores": 2,
            "cpu_flags": ["avx2"],
            "memory_bytes": 2**33,
            "kernel": "6.1",
            "system": "A system",
            "python": "3.13.0",
            "load_before": 0.1,
        },
    }

    written = page(seen, chart="chart.svg", data="data.json")

    assert work_table(seen, "digits") in written
    assert "](chart.svg)" in written
    assert "`scripts/bench serving` makes what it needs" in written
    assert "8 GiB" in written
    assert written.count("django 6.1.3") == 1
    assert "What is not measured" in written


def test_the_front_page_gets_the_table_between_its_marks_and_nothing_else_changes() -> None:
    """Written twice it is the same; a peer that never started is left out."""
    seen = result("digits", {"wherry": peer(start(0)), "ray": peer(failures=("no",))}, [])
    readme = f"# Title\n\n{BEGIN}\nold\n{END}\n\nThe rest.\n"

    written = front(readme, seen)

    assert written.startswith(f"# Title\n\n{BEGIN}\n| 784 numbers")
    assert written.endswith(f"|\n{END}\n\nThe rest.\n")
    assert "| A peer " in written
    assert written.count("\n| ") == 3
    assert front(written, seen) == written
