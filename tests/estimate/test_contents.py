"""Kinds of file, and sums over a wheel."""

import io
import zipfile

import pytest

from wherry.estimate.wheels.contents import Kind, Tally, contents, kind_of, members_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("tensorflow/libtensorflow_cc.so.2", Kind.NATIVE),
        ("numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so", Kind.NATIVE),
        ("numpy.libs/libscipy_openblas64_-8fb3d286.so", Kind.NATIVE),
        ("ruff-0.14.data/scripts/bin/ruff", Kind.NATIVE),
        ("django/db/models/base.py", Kind.PYTHON),
        ("django/conf/locale/de/LC_MESSAGES/django.po", Kind.TRANSLATION),
        ("tensorflow/include/absl/base/config.h", Kind.TEXT),
        ("numpy-2.3.4.dist-info/RECORD", Kind.TEXT),
        ("numpy-2.3.4.dist-info/licenses/LICENSE", Kind.TEXT),
        ("pytz/zoneinfo/Europe/Berlin", Kind.TEXT),
        ("matplotlib/mpl-data/images/back.png", Kind.PACKED),
        ("basic_pitch/model.tflite", Kind.PACKED),
    ],
)
def test_a_file_is_known_by_its_name(path: str, kind: Kind) -> None:
    assert kind_of(path) is kind


def test_a_wheel_is_summed_up_without_its_folders() -> None:
    place = io.BytesIO()
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pkg/", "")
        archive.writestr("pkg/a.py", "a = 1\n" * 100)
        archive.writestr("pkg/b.py", "b = 2\n" * 50)
        archive.writestr("pkg/c.so", b"\x7fELF" * 10)
    with zipfile.ZipFile(place) as archive:
        inside = contents(members_of(archive))
    source = inside.of(Kind.PYTHON)
    assert (source.count, source.raw_bytes) == (2, 900)
    assert 0 < source.deflated_bytes < 100
    assert inside.of(Kind.NATIVE).raw_bytes == 40
    assert inside.of(Kind.PACKED) == Tally()
    assert (inside.count, inside.raw_bytes) == (3, 940)
