"""Reading a SavedModel's signatures without TensorFlow."""

import shutil
from pathlib import Path

import pytest

from tests.pitch import SAVED_MODEL, WINDOW
from tests.tensorflow_libraries import SAVED_MODELS
from wherry.errors import BundleError
from wherry.runtimes.savedmodel import GRAPH_FILE, read
from wherry.tensors import Datatype, TensorSpec

ALL = sorted(path.parent.name for path in SAVED_MODELS.glob(f"*/{GRAPH_FILE}"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of a small SavedModel, to be damaged."""
    return Path(shutil.copytree(SAVED_MODELS / "keras", tmp_path / "keras"))


def message_of(folder: Path) -> str:
    with pytest.raises(BundleError) as caught:
        read(folder)
    return str(caught.value)


def test_published_model_says_its_names_types_and_shapes() -> None:
    """Basic Pitch's signature, as Spotify saved it with TensorFlow 2.4."""
    model = read(SAVED_MODEL)
    assert model.tags == ("serve",)
    assert model.tensorflow_version == "2.4.1"
    signature = model.signatures["serving_default"].signature
    assert signature.inputs == (TensorSpec("input_2", Datatype.FP32, (-1, WINDOW, 1)),)
    assert [(spec.name, spec.shape) for spec in signature.outputs] == [
        ("contour", (-1, 172, 264)),
        ("note", (-1, 172, 88)),
        ("onset", (-1, 172, 88)),
    ]


def test_every_datatype_is_told_by_its_protocol_name() -> None:
    """One signature per TensorFlow type; each of the protocol's datatypes comes up once."""
    signatures = read(SAVED_MODELS / "datatypes").signatures
    found = {name: each.signature.inputs[0].datatype for name, each in signatures.items()}
    assert set(found.values()) == set(Datatype)
    assert found["bfloat16"] is Datatype.BF16
    assert found["string"] is Datatype.BYTES
    assert found["float16"] is Datatype.FP16


def test_scalars_and_unknown_ranks_are_told_apart() -> None:
    """A scalar has no dimensions; an open rank is no shape at all."""
    signatures = read(SAVED_MODELS / "shapes").signatures
    assert signatures["scalars"].signature.inputs[0].shape == ()
    assert signatures["any_rank"].signature.inputs[0].shape is None
    assert signatures["positive"].signature.inputs[0].shape == (-1,)


def test_graph_for_serving_is_chosen_by_its_tag() -> None:
    """A TensorFlow 1 model with a graph for training beside that for serving."""
    model = read(SAVED_MODELS / "tensorflow1")
    assert model.tags == ("serve",)
    assert sorted(model.signatures) == ["serving_default", "words"]


def test_tensorflows_own_signatures_are_not_shown() -> None:
    """``__saved_model_init_op`` is in every TensorFlow 2 file and serves nobody."""
    assert b"__saved_model_init_op" in (SAVED_MODELS / "keras" / GRAPH_FILE).read_bytes()
    assert not [name for name in read(SAVED_MODELS / "keras").signatures if name.startswith("__")]


def test_signature_with_a_sparse_input_is_left_out_with_its_reason() -> None:
    """The other signatures are served all the same."""
    model = read(SAVED_MODELS / "tensorflow1")
    assert model.unsupported["sparse"] == (
        'The input "sparse" of the signature "sparse" is a sparse tensor, which cannot be sent '
        "to a model here."
    )


def test_model_without_a_usable_signature_is_refused() -> None:
    """Quantized and variant tensors have no counterpart outside TensorFlow."""
    message = message_of(SAVED_MODELS / "unusable")
    assert 'input "x" of the signature "quantized" is a quantized 8-bit integer (qint8)' in message
    assert 'output "y" of the signature "variant" is a variant' in message


@pytest.mark.parametrize("name", ALL)
def test_file_cut_anywhere_is_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    """Never another exception than BundleError, wherever a copy stopped.

    A cut between two top-level fields can leave a shorter file that is whole in itself.
    """
    content = (SAVED_MODELS / name / GRAPH_FILE).read_bytes()
    graph = tmp_path / GRAPH_FILE
    refused = 0
    cuts = range(0, len(content), max(1, len(content) // 300))
    for cut in cuts:
        graph.write_bytes(content[:cut])
        try:
            read(tmp_path)
        except BundleError:
            refused += 1
    assert refused > 0.95 * len(cuts)


def test_flipped_bytes_never_raise_anything_else(tmp_path: Path) -> None:
    """Untrusted bytes: a BundleError or signatures, nothing else."""
    content = bytearray((SAVED_MODELS / "tensorflow1" / GRAPH_FILE).read_bytes())
    graph = tmp_path / GRAPH_FILE
    for position in [*range(200), *range(0, len(content), 41)]:
        original = content[position]
        content[position] = original ^ (1 << position % 8)
        graph.write_bytes(content)
        content[position] = original
        try:
            read(tmp_path)
        except BundleError as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_lfs_pointer_is_named_as_one(copy: Path) -> None:
    """What a clone without Git LFS leaves in the place of the model."""
    (copy / GRAPH_FILE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "git lfs pull" in message_of(copy)


def test_lfs_pointer_in_the_place_of_weights_is_named_as_one(copy: Path) -> None:
    """The same for the variables."""
    (shard,) = copy.glob("variables/variables.data-*")
    shard.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "git lfs pull" in message_of(copy)


def test_missing_shard_is_named(copy: Path) -> None:
    """A folder copied in part."""
    (shard,) = copy.glob("variables/variables.data-*")
    shard.unlink()
    assert f"{shard.name} is missing" in message_of(copy)


def test_one_missing_shard_of_several_is_named(copy: Path) -> None:
    """Two of three are there."""
    (shard,) = copy.glob("variables/variables.data-*")
    for number in (0, 2):
        shutil.copy(shard, shard.with_name(f"variables.data-{number:05d}-of-00003"))
    shard.unlink()
    assert "variables.data-00001-of-00003 is missing" in message_of(copy)


def test_missing_variables_folder_is_noticed_before_tensorflow_would(copy: Path) -> None:
    """TensorFlow loads such a folder without a word, and fails at the first request."""
    shutil.rmtree(copy / "variables")
    assert "no weights" in message_of(copy)


def test_folder_of_versions_leads_to_the_newest(copy: Path) -> None:
    """TensorFlow Serving's layout has one folder more."""
    version = copy.parent / "served" / "3"
    version.parent.mkdir()
    copy.rename(version)
    assert f"{version} does: give that folder" in message_of(version.parent)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("saved_model.pb", b"", "is empty"),
        ("saved_model.pb", b"not a protobuf message", "damaged"),
        ("saved_model.pb", b"\x08\x01", "holds no graph"),
        ("saved_model.pbtxt", b"saved_model_schema_version: 1", "text form"),
        ("readme.txt", b"hello", "holds no saved_model.pb"),
    ],
)
def test_what_is_no_saved_model_is_refused(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    """Each with a sentence of its own."""
    (tmp_path / name).write_bytes(content)
    assert said in message_of(tmp_path)


def test_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    """A path to a file, or to nothing."""
    assert "is not a folder" in message_of(tmp_path / "nothing")
