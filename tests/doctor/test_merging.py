"""One cause is told once, with all its places, and the worst comes first."""

from wherry.causes import catalogue
from wherry.causes.cause import Severity
from wherry.doctor.merging import CONSEQUENCES, merge
from wherry.doctor.rule import found
from wherry.findings import Change, FileSpan, Fix, Role


def test_equal_findings_become_one_with_both_places() -> None:
    one = found("secret-key-hard-coded", FileSpan("base.py", 3))
    other = found("secret-key-hard-coded", FileSpan("prod.py", 9))
    (both,) = merge([one, other])
    assert [span.path for span in both.where if isinstance(span, FileSpan)] == [
        "base.py",
        "prod.py",
    ]


def test_two_rules_that_see_one_line_are_one() -> None:
    """The second knows the package's name, and the first does not."""
    line = FileSpan("views.py", 2)
    one = found("dependency-not-in-requirements", line, values={"module": "cv2"})
    other = found(
        "dependency-not-in-requirements", line, values={"package": "opencv-python-headless"}
    )
    (both,) = merge([one, other])
    assert both.values == {"module": "cv2", "package": "opencv-python-headless"}
    assert both.where == (line,)


def test_the_same_cause_of_different_things_stays_two() -> None:
    one = found("dependency-not-in-requirements", FileSpan("a.py", 1), values={"module": "cv2"})
    other = found("dependency-not-in-requirements", FileSpan("a.py", 2), values={"module": "PIL"})
    assert len(merge([one, other])) == 2


def test_two_things_in_a_file_as_a_whole_stay_two() -> None:
    """No line ties them together."""
    one = found("pins-not-installable", FileSpan("uv.lock"), values={"pin": "numpy==1.16"})
    other = found("pins-not-installable", FileSpan("uv.lock"), values={"pin": "scipy==1.2"})
    assert len(merge([one, other])) == 2


def test_different_causes_of_one_line_stay_two() -> None:
    line = FileSpan("requirements.txt", 1)
    assert len(merge([found("pins-not-installable", line), found("windows-only-pin", line)])) == 2


def test_the_worst_comes_first_and_then_the_stage() -> None:
    findings = [
        found("sklearn-dummy-package", severity=Severity.NOTE),
        found("gunicorn-not-installed"),
        found("python-unpinned"),
    ]
    names = [finding.cause.name for finding in merge(findings)]
    assert names == ["python-unpinned", "gunicorn-not-installed", "sklearn-dummy-package"]


def test_of_two_severities_the_worse_one_holds() -> None:
    (one,) = merge(
        [
            found("requirements-utf16", severity=Severity.NOTE),
            found("requirements-utf16", severity=Severity.ERROR),
        ]
    )
    assert one.severity is Severity.ERROR


def test_a_consequence_is_marked_and_comes_after() -> None:
    first, second = merge([found("collectstatic-fails"), found("static-root-unset")])
    assert (first.cause.name, first.role) == ("static-root-unset", Role.FIRST)
    assert (second.cause.name, second.role) == ("collectstatic-fails", Role.CONSEQUENCE)


def test_without_its_origin_it_is_no_consequence() -> None:
    (one,) = merge([found("collectstatic-fails")])
    assert one.role is Role.FIRST


def test_fixes_of_different_files_go_together() -> None:
    one = Fix("Write the one.", (Change("a", None, "1\n"),), safe=True)
    other = Fix("Write the other.", (Change("b", None, "2\n"),), safe=False)
    (both,) = merge(
        [found("allowed-hosts", FileSpan("a"), fix=one), found("allowed-hosts", fix=other)]
    )
    assert both.fix is not None
    assert [change.path for change in both.fix.changes] == ["a", "b"]
    assert not both.fix.safe


def test_fixes_of_different_lines_go_together() -> None:
    one = Fix("Mend a.", (Change("f", "a\nb\n", "A\nb\n"),), safe=True)
    other = Fix("Mend b.", (Change("f", "a\nb\n", "a\nB\n"),), safe=True)
    (both,) = merge([found("bare-except", fix=one), found("bare-except", fix=other)])
    assert both.fix == Fix("Mend a; Mend b.", (Change("f", "a\nb\n", "A\nB\n"),), safe=True)


def test_of_fixes_of_the_same_line_the_first_is_left() -> None:
    """The other one is made in the next round, if it is still wanted then."""
    one = Fix("To A.", (Change("f", "a\n", "A\n"),), safe=True)
    other = Fix("To x.", (Change("f", "a\n", "x\n"),), safe=True)
    (both,) = merge([found("bare-except", fix=one), found("bare-except", fix=other)])
    assert both.fix == one


def test_consequences_name_causes() -> None:
    for name, origins in CONSEQUENCES.items():
        assert catalogue.cause(name).name == name
        assert [catalogue.cause(origin).name for origin in origins] == list(origins)
