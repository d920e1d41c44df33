"""Samples from files: what is taken, what is said of what does not fit."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.shrink.signatures import FOUR, FP32, PAIR, TEXT, UNBATCHED, UNKNOWN_OUT, signature
from wherry.errors import InvalidInput
from wherry.shrink import samples
from wherry.shrink.sampling import drawing
from wherry.tensors import Signature

TEN = np.arange(40, dtype=np.float64).reshape(10, 4)
LABELS = np.arange(10) % 3


def refusal(source: Path | str, signature: object = FOUR, **options: object) -> str:
    with pytest.raises(InvalidInput) as caught:
        samples.load(source, signature, **options)  # type: ignore[arg-type]
    return str(caught.value)


def save(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def test_npz_of_the_inputs_name(tmp_path: Path) -> None:
    found = samples.load(save(tmp_path / "s.npz", x=TEN, labels=LABELS), FOUR)
    assert found.inputs["x"].dtype == np.float32
    np.testing.assert_array_equal(found.inputs["x"], TEN)
    assert found.labels is not None
    np.testing.assert_array_equal(found.labels, LABELS)
    assert (found.signature, found.count, found.synthetic) == ("serving_default", 10, False)
    assert found.source == "s.npz"


@pytest.mark.parametrize("key", ["x", "images"])
@pytest.mark.parametrize("compressed", [False, True])
def test_one_input_may_have_any_key(tmp_path: Path, key: str, *, compressed: bool) -> None:
    save_as = np.savez_compressed if compressed else np.savez
    save_as(tmp_path / "s.npz", **{key: TEN, "y": LABELS})  # type: ignore[arg-type]
    found = samples.load(tmp_path / "s.npz", FOUR)
    np.testing.assert_array_equal(found.inputs["x"], TEN)
    assert found.labels is not None


def test_several_inputs(tmp_path: Path) -> None:
    path = save(tmp_path / "s.npz", b=np.arange(5), a=np.ones((5, 2)))
    found = samples.load(path, PAIR)
    assert found.inputs["a"].shape == (5, 2)
    assert found.inputs["b"].dtype == np.int64
    assert found.labels is None


def test_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "s.npy", TEN)
    assert samples.load(tmp_path / "s.npy", FOUR, count=4).count == 4


def test_a_subset_keeps_inputs_and_labels_together(tmp_path: Path) -> None:
    many = np.repeat(np.arange(1000.0)[:, None], 4, axis=1)
    path = save(tmp_path / "s.npz", x=many, y=np.arange(1000))
    found = samples.load(path, FOUR, count=50)
    assert found.labels is not None
    np.testing.assert_array_equal(found.inputs["x"][:, 0], found.labels)
    assert len(set(found.labels.tolist())) == 50
    assert found.labels.max() > 500
    assert found.source == "s.npz, 50 of its 1,000 samples"


def test_the_same_seed_takes_the_same(tmp_path: Path) -> None:
    path = save(tmp_path / "s.npz", x=np.random.default_rng(0).random((500, 4)))
    one, again = (samples.load(path, FOUR, count=20, seed=3) for _ in range(2))
    assert one.sha256 == again.sha256
    assert samples.load(path, FOUR, count=20, seed=4).sha256 != one.sha256


def test_fortran_order_is_read(tmp_path: Path) -> None:
    path = save(tmp_path / "s.npz", x=np.asfortranarray(TEN))
    np.testing.assert_array_equal(samples.load(path, FOUR).inputs["x"], TEN)


def test_text(tmp_path: Path) -> None:
    """Also: an axis of one is put in where it was left out."""
    words = np.array(["good film", "bad", "Größe"])
    found = samples.load(save(tmp_path / "s.npz", text=words), TEXT)
    assert found.inputs["text"].shape == (3, 1)
    assert found.inputs["text"][2, 0] == "Größe".encode()


def test_without_a_batch_axis_each_index_is_a_run(tmp_path: Path) -> None:
    found = samples.load(save(tmp_path / "s.npz", x=np.ones((7, 3))), UNBATCHED)
    assert found.inputs["x"].shape == (7, 3)


def test_a_first_axis_of_any_size_is_put_in(tmp_path: Path) -> None:
    """Not batched by its signature, since the output's shape is unknown."""
    found = samples.load(save(tmp_path / "s.npz", x=TEN), UNKNOWN_OUT)
    assert found.inputs["x"].shape == (10, 1, 4)


def test_one_hot_labels_are_indices(tmp_path: Path) -> None:
    path = save(tmp_path / "s.npz", x=TEN, y=np.eye(3)[LABELS])
    found = samples.load(path, FOUR)
    assert found.labels is not None
    np.testing.assert_array_equal(found.labels, LABELS)


@pytest.mark.parametrize("name", ["labels.txt", "labels.npy", "labels.csv"])
def test_labels_from_a_file_follow_the_subset(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / "s.npz", x=np.repeat(np.arange(100.0)[:, None], 4, axis=1))
    labels = tmp_path / name
    if name.endswith(".npy"):
        np.save(labels, np.arange(100))
    else:
        rows = [f"{i},n" if name.endswith(".csv") else str(i) for i in range(100)]
        labels.write_text("\n".join((["digit,note"] if name.endswith(".csv") else []) + rows))
    column = "digit" if name.endswith(".csv") else None
    found = samples.load(path, FOUR, count=9, labels=labels, labels_column=column)
    np.testing.assert_array_equal(found.labels, found.inputs["x"][:, 0])


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x": TEN[:, :3]}, "s.npz: Input 'x' must be FP32 of shape [-1, 4], but got FP32"),
        ({"x": TEN.astype(str)}, "must be FP32 of shape [-1, 4], but got BYTES"),
        ({"x": TEN, "z": TEN}, "'z', which the model does not take; it takes 'x'"),
        ({"p": TEN, "q": TEN}, "has 'p', 'q', and the model has the one input 'x'"),
        ({"x": TEN, "y": LABELS[:5]}, "different numbers of samples ('x': 10, 'y': 5)"),
        ({"x": TEN[:0]}, "holds no sample"),
        ({"x": np.float32(3)}, "is a single value"),
        ({"x": TEN, "y": LABELS - 1}, "labels of s.npz hold -1; a label is the index"),
        ({"x": TEN, "y": LABELS + 0.5}, "labels of s.npz hold 0.5"),
        ({"x": TEN, "y": np.array(list("abcdefghij"))}, "labels of s.npz hold 'a'"),
    ],
)
def test_what_does_not_fit_is_said(tmp_path: Path, arrays: dict[str, object], said: str) -> None:
    assert said in refusal(save(tmp_path / "s.npz", **arrays))


def test_an_input_that_lacks_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "s.npz", a=np.ones((5, 2)))
    assert "lacks 'b'; it has 'a', and the model takes 'a', 'b'" in refusal(path, PAIR)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    path = save(tmp_path / "s.npz", x=np.array([{"a": 1}], dtype=object))
    assert "Python objects, which are pickled and never opened" in refusal(path)


def test_a_header_that_promises_too_much_is_refused(tmp_path: Path) -> None:
    """A few bytes that would unpack to more than any disk holds."""
    path = tmp_path / "s.npz"
    with zipfile.ZipFile(path, "w") as archive, archive.open("x.npy", "w") as member:
        header = {"descr": "<f4", "fortran_order": False, "shape": (2**40, 4)}
        np.lib.format.write_array_header_1_0(member, header)
    assert "at most 32 GiB are read" in refusal(path)


def test_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_SAMPLES_BYTES", 100)
    found = samples.load(save(tmp_path / "s.npz", x=TEN), FOUR)
    assert found.source == "s.npz, 3 of its 10 samples"
    monkeypatch.setattr(drawing, "MAX_SAMPLES_BYTES", 10)
    assert "One sample takes" in refusal(tmp_path / "s.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x80\x04 a pickle"])
@pytest.mark.parametrize("name", ["s.npz", "s.npy"])
def test_broken_files_are_said_to_be(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert "is not a whole numpy file" in refusal(tmp_path / name)


def test_a_truncated_array_is_said_to_be(tmp_path: Path) -> None:
    path = save(tmp_path / "whole.npz", x=np.random.default_rng(0).random((4000, 4)))
    (tmp_path / "s.npz").write_bytes(path.read_bytes()[:9000])
    assert "is not a whole numpy file" in refusal(tmp_path / "s.npz")


def test_lines(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text('{"x": [1, 2, 3, 4], "label": 2}\n\n{"x": [5, 6, 7, 8.5], "label": 0}\n')
    found = samples.load(path, FOUR)
    np.testing.assert_array_equal(found.inputs["x"], [[1, 2, 3, 4], [5, 6, 7, 8.5]])
    assert found.labels is not None
    assert found.labels.tolist() == [2, 0]


def test_lines_of_bare_values_and_of_text(tmp_path: Path) -> None:
    path = tmp_path / "s.ndjson"
    path.write_text("[1, 2, 3, 4]\n[5, 6, 7, 8]\n[9, 9, 9, 9]\n")
    assert samples.load(path, FOUR, count=2).source == "s.ndjson, 2 of its 3 samples"
    path.write_text('"good film"\n{"text": ["bad"]}\n')
    assert samples.load(path, TEXT).inputs["text"].tolist() == [[b"good film"], [b"bad"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1, 2, 3, 4]\n[1, 2,", "line 2 is not JSON"),
        (
            "[1, 2, 3, 4]\n[1, 2]",
            "line 2: Input 'x' must be FP32 of shape [4], but got FP32 of shape [2].",
        ),
        ('[1, 2, 3, 4]\n["a", 1, 2, 3]', "line 2: Input 'x' holds str 'a'"),
        ('{"x": [1, 2, 3, 4], "label": 1}\n{"x": [1, 2, 3, 4]}', "1 of 2 lines have no label"),
        ('{"a": [1, 2, 3, 4], "b": 1}', "has 'a', 'b', and the model has the one input 'x'"),
        ("\n", "holds no sample"),
    ],
)
def test_lines_that_do_not_fit_are_numbered(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(text)
    assert said in refusal(path)


def test_a_function(tmp_path: Path) -> None:
    """It may import its neighbours, which are not importable afterwards."""
    (tmp_path / "neighbour_of_mine.py").write_text("VALUE = 5.0")
    (tmp_path / "mine.py").write_text(
        "import numpy as np\nfrom neighbour_of_mine import VALUE\n"
        "def both():\n    return {'x': np.full((6, 4), VALUE)}, [0, 1, 2, 0, 1, 2]\n"
        "def alone():\n    return np.zeros((3, 4))\n"
    )
    found = samples.load(f"{tmp_path}/mine.py:both", FOUR)
    assert found.inputs["x"][0, 0] == 5
    assert found.labels is not None
    assert found.source == "mine.py:both"
    assert samples.load(f"{tmp_path}/mine.py:alone", FOUR).count == 3


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / 0", "mine.py:f failed, line 2: ZeroDivisionError: division by zero."),
        ("raise SystemExit(1)", "mine.py:f failed, line 2: SystemExit"),
        ("return 7", "returned int; it must return a dict"),
        ("return {'x': [[1, 2], [3]]}", "have different shapes; pad them"),
        ("return {'x': []}", "one at least"),
        ("return [[1, 2, 3, 4]], [0, 1]", "returned 1 samples and not as many labels"),
    ],
)
def test_a_function_that_fails_is_told_by_its_line(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "mine.py").write_text(f"def f():\n    {body}\n")
    assert said in refusal(f"{tmp_path}/mine.py:f")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.npz", "There are no samples at"),
        ("empty", "holds neither pictures (.png, .jpg) nor recordings (.wav)"),
        ("table.xlsx", "is not a kind of samples that can be read"),
        ("mine.py", "is a program; name its function as well"),
        ("mine.py:missing", "has no function 'missing'"),
        ("nowhere.py:f", "There is no file"),
    ],
)
def test_sources_that_are_none(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.xlsx").touch()
    (tmp_path / "mine.py").touch()
    assert said in refusal(f"{tmp_path}/{name}")


def test_the_hash_is_that_of_the_inputs(tmp_path: Path) -> None:
    plain = samples.load(save(tmp_path / "a.npz", x=TEN), FOUR)
    labelled = samples.load(save(tmp_path / "b.npz", x=TEN, y=LABELS), FOUR)
    same = samples.load(save(tmp_path / "c.npz", x=TEN.astype(np.float32)), FOUR)
    assert plain.sha256 == same.sha256
    assert plain.sha256 == labelled.sha256  # who verifies later has no labels to give
    other = samples.load(save(tmp_path / "d.npz", x=TEN + 1), FOUR)
    assert plain.sha256 != other.sha256


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (FOUR, 1000),
        (signature({"image": (FP32, (-1, 224, 224, 3))}), 111),
        (signature({"film": (FP32, (-1, 100, 224, 224, 3))}), 32),
        (signature({"any": (FP32, None)}), 1000),
    ],
    ids=["numbers", "images", "films", "unknown"],
)
def test_so_many_samples_are_taken_where_nobody_says(asked: Signature, count: int) -> None:
    """A thousand, and of large inputs what answers in a minute or two."""
    assert samples.default_count(asked) == count
