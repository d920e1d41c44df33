"""What pyproject.toml may ask of the build, and what is said where it asks for what cannot be."""

from pathlib import Path

import pytest

from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.wanted import Shrinking, Source, Wanted, WantedModel, read_wanted
from wherry.doctor.configuration import read_configuration

SHA256 = "ab" * 32


def wanted(root: Path, text: str) -> Wanted:
    (root / "pyproject.toml").write_text(text)
    # The doctor reads the same table and leaves these keys to the build.
    read_configuration(root)
    return read_wanted(root)


def test_nothing_is_asked_for_by_default(tmp_path: Path) -> None:
    assert read_wanted(tmp_path) == Wanted()
    assert wanted(tmp_path, "[project]\nname = 'x'\n") == Wanted()
    assert wanted(tmp_path, "[tool.wherry]\nplatform = 'heroku'\n") == Wanted()


def test_a_model_is_a_path_or_a_table(tmp_path: Path) -> None:
    text = f"""
    [tool.wherry]
    accelerator = "cuda"
    [tool.wherry.buildpack]
    tensorflow = "keep"
    [tool.wherry.models]
    digits = "trained/digits.tflite"
    [tool.wherry.models.notes]
    url = "https://models.example.com/notes.tflite"
    sha256 = "{SHA256.upper()}"
    size = 12
    token = "TOKEN"
    bundle = "site/notes"
    drop-original = true
    shrink = {{ samples = "samples.npz", prefer = "size", max-drop = 0 }}
    """
    assert wanted(tmp_path, text) == Wanted(
        models=(
            WantedModel("digits", "trained/digits.tflite", "models/digits"),
            WantedModel(
                "notes",
                "",
                "site/notes",
                Source("https://models.example.com/notes.tflite", SHA256, 12, "TOKEN"),
                shrinking=Shrinking("samples.npz", "size", max_drop=0.0),
                drop_original=True,
            ),
        ),
        accelerator="cuda",
        tensorflow="keep",
    )


def model(lines: str) -> str:
    return f"[tool.wherry.models.m]\n{lines}\n"


SOURCE = f'sha256 = "{SHA256}"\nsize = 1\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.wherry]\naccelerator = 'tpu'\n", "accelerator in .* is one of cpu, cuda"),
        ("[tool.wherry]\naccelerator = true\n", "accelerator in .* is one of cpu, cuda"),
        ("[tool.wherry.buildpack]\ntensorflow = 'no'\n", "is one of auto, keep"),
        ("[tool.wherry.buildpack]\ntensorflaw = 'no'\n", "has no key 'tensorflaw'"),
        ("[tool.wherry]\nmodels = 3\n", "models in .* is a table"),
        (model(""), "needs a path in the project, or a url with sha256 and size"),
        (model("paths = 'x'"), "has no key 'paths'; there are path, url"),
        (model("path = '/etc/passwd'"), "is a path inside the project"),
        (model("path = 'a/../../b'"), "is a path inside the project"),
        (model("path = 'a'\nbundle = '../b'"), "is a path inside the project"),
        (model("path = 'a'\nbundle = '.'"), "is a path inside the project"),
        (model("path = 3"), "path in .* is a text"),
        (model("url = 'https://a.example/m'"), "has url only; a model that is fetched needs"),
        (model("path = 'm'\nsha256 = 'ab'"), "has sha256 only"),
        (model(f"url = 'http://a.example/m'\n{SOURCE}"), "is an https:// address"),
        (model(f"url = 'https:///m'\n{SOURCE}"), "is an https:// address"),
        (model(f"url = 'https://a.example:x/m'\n{SOURCE}"), "is an https:// address"),
        (model(f"url = 'https://me:pw@a.example/m'\n{SOURCE}"), "carries a password"),
        (model("url = 'https://a.example/m'\nsha256 = 'ab'\nsize = 1"), "64 hexadecimal digits"),
        (model(f"url = 'https://a.example/m'\nsha256 = '{SHA256}'\nsize = 0"), "number of the"),
        (model(f"url = 'https://a.example/m'\nsha256 = '{SHA256}'\nsize = true"), "number of the"),
        (model(f"url = 'https://a.example/m'\nsha256 = '{SHA256}'\nsize = '1'"), "number of the"),
        (model("path = 'm'\nshrink = 'yes'"), "is true, or a table"),
        (model("path = 'm'\nshrink = { quality = 1 }"), "has no key 'quality'"),
        (model("path = 'm'\nshrink = { prefer = 'fame' }"), "is one of latency"),
        (model("path = 'm'\ndrop-original = 'yes'"), "is true or false"),
        ("[tool.wherry.models.'a/b']\npath = 'm'\n", "letters, digits"),
    ],
)
def test_what_cannot_be_is_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(BuildFailed, match=said) as failure:
        read_wanted(tmp_path)
    assert "pw" not in str(failure.value).replace("password", "")


def test_a_broken_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.wherry\n")
    with pytest.raises(BuildFailed, match="cannot be read"):
        read_wanted(tmp_path)
