import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from tests.shrink.report.reports import (
    REFUSED_INT8,
    WHY,
    classifier,
    hostile,
    nothing_worked,
)
from wherry.shrink.candidates import ONNX_INT8, Failure
from wherry.shrink.records import ShrinkReport
from wherry.shrink.report.terminal import console_for
from wherry.shrink.report.text import print_report, to_text


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def lines_of(report: ShrinkReport, width: int) -> list[str]:
    return to_text(report, width).splitlines()


GOLDEN = """\
models/mobilenet_v2.keras
14.2 MiB, 360 samples from held_back.npz, limits of heroku basic, latency
preferred.

                         file   slug  anon.  batch 1  rate  max error   top-1
                          MiB    MiB    MiB       ms    /s   of range       %
>* litert float16        6.72   44.0   54.5     2.91   341    0.042 %   99.99
 * litert float32       13.34   44.0   41.2     2.98   334    3.1e-07  100.00
   onnx float32         13.41   61.0   58.0     3.60   278    4.4e-07  100.00
   onnx int8             3.79   61.0   47.7     3.93   251      2.4 %   99.40
 * litert dynamic-int8   3.62   44.0   29.9     6.53   153      1.9 %   99.52
   tensorflow original  14.02  172.0  143.0    19.20    52          0  100.00
 * litert int8           3.71   44.0   24.4     2.10   477      7.1 %   98.22
    3 layers are kept in float: conv_1, conv_2, dense.
    refused: Its accuracy drops by 1.94 points, and --max-drop allows 0.50; with
    the 3 worst layers kept in float it still drops by 0.83 points and is larger
    than litert dynamic-int8.
> chosen  * none beats it in size, latency, memory and error at once
No room at this width for: spread, PSS, batch 8, load.

litert float16 is chosen: it is the fastest of the candidates that stay within
--max-drop 0.5 points and in the memory of a basic dyno, 2.9 ms a prediction
where onnx float32 takes 3.6 ms.
"""


def test_eighty_columns() -> None:
    """To the letter."""
    assert to_text(classifier(labelled=False), 80) == GOLDEN


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("labelled", [True, False])
def test_no_line_is_wider_than_the_terminal_and_no_reason_is_cut(
    width: int, labelled: bool
) -> None:
    lines = lines_of(classifier(labelled=labelled), width)
    assert max(map(len, lines)) <= width
    text = in_one_line("\n".join(lines))
    assert REFUSED_INT8 in text
    assert WHY in text


def test_a_wide_terminal_leaves_nothing_out() -> None:
    text = to_text(classifier(), 160)
    assert "No room" not in text
    for title in ("spread", "PSS", "batch 8", "load", "accuracy drop"):
        assert title in text


def test_the_interval_of_the_drop_is_kept_at_eighty_columns() -> None:
    text = to_text(classifier(), 80)
    assert "1.94 (1.10 to 2.80)" in text
    assert "The original answers 97.50 % of 360 labelled samples rightly." in text


def test_synthetic_samples_are_said_before_the_table() -> None:
    text = to_text(classifier(synthetic=True), 100)
    assert text.index("WARNING. The samples are synthetic") < text.index("batch 1")


def test_real_samples_are_no_warning() -> None:
    assert "WARNING" not in to_text(classifier(), 100)
    assert "synthetic" not in to_text(classifier(), 100)


def test_each_failure_is_a_line_and_the_decision_is_last() -> None:
    text = to_text(nothing_worked(), 80)
    assert "  litert float32: The operator Lgamma is not one that LiteRT has.\n" in text
    assert "  onnx float32: The operator Lgamma is not one that ONNX has.\n" in text
    assert text.endswith("\nNothing is written: no runtime carries this model.\n")


def test_nothing_failed_is_not_mentioned() -> None:
    assert "Not made" not in to_text(classifier(), 80)
    assert "refused" not in to_text(replace(classifier(), outcomes=classifier().outcomes[:3]), 80)


def test_a_word_wider_than_the_terminal_is_broken_and_not_cut() -> None:
    """A path, say."""
    path = "/".join(f"folder_{i}" for i in range(40))
    text = to_text(replace(classifier(), failures=(Failure(ONNX_INT8, f"{path} is full."),)), 60)
    assert f"{path} is full." in text.replace("\n  ", "")


def test_brackets_are_text_and_not_a_style() -> None:
    failure = Failure(ONNX_INT8, "Input [bold]x[/bold] has shape [1, 2] :smile:.")
    text = to_text(replace(classifier(), failures=(failure,)), 100)
    assert "onnx int8: Input [bold]x[/bold] has shape [1, 2] :smile:." in text


def test_names_cannot_steer_the_terminal() -> None:
    text = to_text(hostile(), 100)
    assert "\x1b" not in text
    assert "\\x1b[31m" in text


def test_a_file_gets_no_escape_codes_and_all_usual_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    stream = io.StringIO()
    print_report(classifier(labelled=False), console_for(stream))
    assert "\x1b" not in stream.getvalue()
    assert "No room" not in stream.getvalue()


def test_a_terminal_gets_the_chosen_row_in_colour_and_the_refused_dimmed() -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=100, force_terminal=True, color_system="standard")
    print_report(classifier(), console)
    assert re.search(r"\x1b\[1;32m>\* litert float16", stream.getvalue())
    assert re.search(r"\x1b\[2m \* litert int8", stream.getvalue())
    assert not re.search(r"\x1b\[[0-9;]*m   onnx float32", stream.getvalue())


def test_a_stream_without_unicode_still_gets_the_report() -> None:
    """Microseconds and names from afar in ASCII."""
    report = classifier()
    outcomes = tuple(
        replace(one, measurement=replace(one.measurement, latency_s={1: 9e-6}))
        for one in report.outcomes
    )
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    print_report(replace(report, outcomes=outcomes, model="modèle"), console_for(stream))
    stream.flush()
    assert b"mod\\xe8le" in raw.getvalue()
    assert b" us " in raw.getvalue()
