"""Models become bundles in the slug: from the checkout or their address, once, and only whole."""

import hashlib
import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests import zoo
from tests.buildpack.https import Page, Server
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.models import Makers, Placed, place
from wherry.buildpack.output import Output
from wherry.buildpack.places import Places, read_config_vars
from wherry.buildpack.wanted import Shrinking, Source, Wanted, WantedModel
from wherry.bundle import open_bundle
from wherry.serving.packing import pack


class Build:
    """A build folder, a cache, and what was printed; bundles are packed for real."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.packed = 0
        self.shrunk: list[Shrinking] = []
        self.next()

    def next(self) -> None:
        """Begin the next build, with the same cache."""
        self.build = self.root / "build"
        shutil.rmtree(self.build, ignore_errors=True)
        self.build.mkdir()
        self.printed = io.StringIO()

    def pack(self, model: Path, folder: Path, name: str, labels: Path | None) -> None:
        self.packed += 1
        pack(model, folder, name=name, labels=labels)

    def shrink(
        self, model: Path, folder: Path, name: str, wanted: Shrinking, project: Path
    ) -> None:
        assert project == self.build
        self.shrunk.append(wanted)
        pack(model, folder, name=name)

    def place(self, *models: WantedModel, **config: str) -> tuple[Placed, ...]:
        places = Places(self.build, self.root / "cache", self.root, self.root, config)
        makers = Makers(self.pack, self.shrink)
        return place(Wanted(models), places, makers, lambda: None, Output(self.printed))

    def refuse(self, model: WantedModel) -> str:
        """Return why a model is refused; the cache holds nothing half done."""
        with pytest.raises(BuildFailed) as failure:
            self.place(model)
        for folder in (self.root / "cache").glob("*"):
            assert not [path for path in folder.iterdir() if path.name.startswith(".")]
        return str(failure.value)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return Build(tmp_path)


def dense(path: Path) -> bytes:
    zoo.dense(path)
    return path.read_bytes()


def asked(server: Server, body: bytes, path: str = "/dense.onnx", **more: object) -> WantedModel:
    server.pages[path] = Page(body)
    source = Source(server.url(path), hashlib.sha256(body).hexdigest(), len(body))
    fields: dict[str, object] = {"path": "", "bundle": "models/m", "source": source, **more}
    return WantedModel("m", **fields)  # type: ignore[arg-type]


IN_CHECKOUT = WantedModel("m", "trained/dense.onnx", "models/m")


def test_a_file_of_the_checkout_becomes_a_bundle_once(build: Build) -> None:
    for _ in range(2):
        dense(build.build / "trained" / "dense.onnx")
        (placed,) = build.place(IN_CHECKOUT)
        assert placed.path == "models/m"
        assert open_bundle(build.build / "models" / "m").name == "m"
        build.place(IN_CHECKOUT)  # the same folder once more
        build.next()
    assert build.packed == 1


def test_another_model_is_another_bundle_and_the_old_one_goes(build: Build) -> None:
    dense(build.build / "trained" / "dense.onnx")
    build.place(IN_CHECKOUT)
    zoo.dense(build.build / "trained" / "dense.onnx", (4, 7))
    build.place(IN_CHECKOUT)
    assert build.packed == 2
    assert len(list((build.root / "cache" / "bundles").iterdir())) == 1


def test_a_damaged_cache_is_not_trusted(build: Build) -> None:
    dense(build.build / "trained" / "dense.onnx")
    build.place(IN_CHECKOUT)
    (kept,) = (build.root / "cache" / "bundles").iterdir()
    (kept / "dense.onnx").write_bytes(b"damaged")
    build.place(IN_CHECKOUT)
    assert build.packed == 2
    assert open_bundle(build.build / "models" / "m").runtime == "onnx"


def test_a_model_by_its_address_is_fetched_once(build: Build, server: Server) -> None:
    model = asked(server, dense(build.root / "dense.onnx"))
    for _ in range(2):
        build.place(model)
        assert "from its address" in build.printed.getvalue()
        assert open_bundle(build.build / "models" / "m").model.name == "dense.onnx"
        build.next()
    assert len(server.asked) == build.packed == 1


def test_labels_are_put_into_the_bundle(build: Build) -> None:
    dense(build.build / "trained" / "dense.onnx")
    (build.build / "names.txt").write_text("a\nb\nc\n")
    labelled = WantedModel("m", "trained/dense.onnx", "models/m", labels="names.txt")
    (placed,) = build.place(labelled)
    assert list(placed.bundle.labels.values()) == [("a", "b", "c")]
    (build.build / "names.txt").unlink()
    assert "There is no names.txt" in build.refuse(labelled)


def pointer(body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return (
        b"version https://git-lfs.github.com/spec/v1\n"
        + f"oid sha256:{digest}\nsize {len(body)}\n".encode()
    )


def test_an_lfs_pointer_is_resolved_where_its_file_is_declared(
    build: Build, server: Server
) -> None:
    body = dense(build.root / "dense.onnx")
    file = build.build / "trained" / "dense.onnx"
    file.parent.mkdir()
    file.write_bytes(pointer(body))
    (placed,) = build.place(
        WantedModel("m", "trained/dense.onnx", "models/m", asked(server, body).source)
    )
    assert placed.bundle.model.read_bytes() == body


def test_an_lfs_pointer_is_refused_where_it_is_not(build: Build, server: Server) -> None:
    body = dense(build.root / "dense.onnx")
    file = build.build / "trained" / "dense.onnx"
    file.parent.mkdir()
    file.write_bytes(pointer(body))
    assert "is a Git LFS pointer, and this host runs no LFS" in build.refuse(IN_CHECKOUT)
    other = WantedModel("m", "trained/dense.onnx", "models/m", asked(server, body + b"x").source)
    assert "pointer to another file than declared" in build.refuse(other)
    file.write_bytes(pointer(body)[:60])
    assert "cut short" in build.refuse(other)
    assert server.asked == []


def test_a_committed_file_has_to_be_the_declared_one(build: Build, server: Server) -> None:
    body = dense(build.build / "trained" / "dense.onnx")
    right = WantedModel("m", "trained/dense.onnx", "models/m", asked(server, body).source)
    build.place(right)
    zoo.dense(build.build / "trained" / "dense.onnx", (4, 7))
    assert "is not the file that" in build.refuse(right)
    assert server.asked == []


def archived(kind: str, files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(held, "w") as archive:
            for name, body in files.items():
                archive.writestr(name, body)
    else:
        with tarfile.open(fileobj=held, mode="w:gz") as tar:
            for name, body in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(body)
                tar.addfile(member, io.BytesIO(body))
    return held.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_is_unpacked(build: Build, server: Server, kind: str) -> None:
    body = archived(kind, {"a/dense.onnx": dense(build.root / "dense.onnx"), "a/README": b"x"})
    for _ in range(2):
        (placed,) = build.place(asked(server, body, f"/model.{kind}"))
        assert placed.bundle.runtime == "onnx"
        build.next()


def test_a_bundle_in_an_archive_is_taken_as_it_is(build: Build, server: Server) -> None:
    dense(build.root / "dense.onnx")
    made = build.root / "made"
    pack(build.root / "dense.onnx", made, name="other")
    files = {f"made/{path.name}": path.read_bytes() for path in made.iterdir()}
    for _ in range(2):
        (placed,) = build.place(asked(server, archived("tar.gz", files), "/b.tgz"))
        assert placed.bundle.name == "other"
    assert build.packed == 0
    files["made/dense.onnx"] += b"x"
    assert "cannot be served" in build.refuse(asked(server, archived("zip", files), "/c.zip"))


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", ["../escaped.onnx", "/escaped.onnx", "a/../../b.onnx"])
def test_an_archive_cannot_write_elsewhere(
    build: Build, server: Server, kind: str, name: str
) -> None:
    body = archived(kind, {name: dense(build.root / "dense.onnx")})
    said = build.refuse(asked(server, body, f"/evil.{kind}"))
    assert "would write outside of its folder" in said
    assert not list(build.root.rglob("escaped.onnx"))


def test_an_archive_with_links_or_without_a_model_is_refused(build: Build, server: Server) -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        member = tarfile.TarInfo("model.onnx")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    assert "neither a file nor a folder" in build.refuse(asked(server, held.getvalue(), "/l.tar"))
    empty = archived("zip", {"README": b"x"})
    assert "holds no models" in build.refuse(asked(server, empty, "/e.zip"))
    two = archived("zip", {"a.onnx": b"x", "b.onnx": b"x"})
    assert "holds 2 models" in build.refuse(asked(server, two, "/t.zip"))
    cut = archived("zip", {"a.onnx": b"x" * 1000})[:-30]
    assert "cannot be bundled" in build.refuse(asked(server, cut, "/c.onnx"))


def test_what_is_in_the_way_is_not_touched(build: Build) -> None:
    dense(build.build / "trained" / "dense.onnx")
    (build.build / "models" / "m").mkdir(parents=True)
    (build.build / "models" / "m" / "mine.txt").write_text("x")
    assert "models/m is in the project already" in build.refuse(IN_CHECKOUT)
    assert (build.build / "models" / "m" / "mine.txt").read_text() == "x"


def test_a_link_out_of_the_project_is_refused(build: Build) -> None:
    dense(build.root / "outside.onnx")
    (build.build / "trained").mkdir()
    (build.build / "trained" / "dense.onnx").symlink_to(build.root / "outside.onnx")
    assert "a link out of the project" in build.refuse(IN_CHECKOUT)


def test_what_is_missing_or_no_model_is_a_sentence(build: Build) -> None:
    assert "There is no trained/dense.onnx here" in build.refuse(IN_CHECKOUT)
    (build.build / "trained").mkdir()
    (build.build / "trained" / "dense.onnx").write_bytes(b"<html>not found</html>")
    assert "is a web page, not a model" in build.refuse(IN_CHECKOUT)


def test_the_original_can_be_left_out(build: Build) -> None:
    dense(build.build / "trained" / "dense.onnx")
    lean = WantedModel("m", "trained/dense.onnx", "models/m", drop_original=True)
    build.place(lean)
    assert not (build.build / "trained" / "dense.onnx").exists()
    build.place(lean)
    assert open_bundle(build.build / "models" / "m").name == "m"
    assert len(list((build.root / "cache" / "bundles").iterdir())) == 1


def test_shrinking_is_done_once_for_the_same_model_samples_and_wish(build: Build) -> None:
    wish = Shrinking(samples="samples.npz")
    wanted = WantedModel("m", "trained/dense.onnx", "models/m", shrinking=wish)
    for seed in (0, 0, 1):
        dense(build.build / "trained" / "dense.onnx")
        np.savez(build.build / "samples.npz", x=np.full((2, 4), seed, np.float32))
        build.place(wanted)
        build.next()
    assert build.shrunk == [wish, wish]
    assert build.packed == 0


def test_shrinking_without_samples_depends_on_nothing_else_in_the_project(build: Build) -> None:
    wanted = WantedModel("m", "trained/dense.onnx", "models/m", shrinking=Shrinking())
    for text in ("one", "two"):
        dense(build.build / "trained" / "dense.onnx")
        (build.build / "views.py").write_text(text)
        build.place(wanted)
        build.next()
    assert len(build.shrunk) == 1


def test_config_vars_are_read_from_their_files(tmp_path: Path) -> None:
    (tmp_path / "TOKEN").write_text("s3cret\n")
    (tmp_path / "EMPTY").write_text("")
    (tmp_path / "folder").mkdir()
    assert read_config_vars(tmp_path) == {"TOKEN": "s3cret", "EMPTY": ""}
    assert read_config_vars(tmp_path / "none") == read_config_vars(None) == {}
    assert "s3cret" not in repr(Places(tmp_path, tmp_path, tmp_path, tmp_path, {"T": "s3cret"}))
