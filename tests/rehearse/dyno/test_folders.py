"""A slug becomes a folder, and what is no slug becomes a sentence."""

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.rehearse.dyno.staging import make_slug
from wherry.rehearse.dyno import folders
from wherry.rehearse.dyno.folders import Folders, UnpackFailed


@pytest.fixture
def place(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "dyno")
    made.make()
    return made


def test_the_app_is_unpacked_with_its_rights_and_links(tmp_path: Path, place: Folders) -> None:
    slug = tmp_path / "slug.tgz"
    with tarfile.open(slug, "w:gz") as archive:
        for name, mode in (("./app/bin/run", 0o755), ("./app/data.txt", 0o600)):
            entry = tarfile.TarInfo(name)
            entry.mode, entry.size = mode, 2
            archive.addfile(entry, io.BytesIO(b"ok"))
        link = tarfile.TarInfo("./app/link")
        link.type, link.linkname = tarfile.SYMTYPE, "data.txt"
        archive.addfile(link)
    folders.unpack(slug, place)
    assert (place.app / "bin/run").stat().st_mode & 0o777 == 0o755
    assert (place.app / "data.txt").stat().st_mode & 0o777 == 0o600
    assert (place.app / "link").read_text() == "ok"


def test_a_slug_of_several_members_is_read_to_its_end(tmp_path: Path, place: Folders) -> None:
    whole = gzip.decompress(make_slug(tmp_path / "one.tgz", {"a": "A" * 10_000}).read_bytes())
    slug = tmp_path / "two.tgz"
    slug.write_bytes(gzip.compress(whole[:1000]) + gzip.compress(whole[1000:]))
    folders.unpack(slug, place)
    assert (place.app / "a").read_text() == "A" * 10_000


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for index in range(len(data) // 2, len(data)):
        data[index] ^= 0x55
    path.write_bytes(data)


def _empty_app(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("elsewhere"))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_cut, "ends too early"),
        (_damage, "a damaged one|it is damaged|cannot be unpacked"),
        (lambda path: path.write_bytes(b"not a slug"), "no gzip file"),
        (lambda path: path.write_bytes(b""), "ends too early"),
        (lambda path: path.write_bytes(gzip.compress(b"x" * 5000)), "cannot be unpacked"),
        (_empty_app, "cannot be unpacked: ./app: Not found in archive"),
        (lambda path: path.unlink(), "cannot be read: No such file"),
    ],
)
def test_what_is_no_slug_is_said_in_a_sentence(
    tmp_path: Path, place: Folders, spoil: object, sentence: str
) -> None:
    slug = make_slug(tmp_path / "slug.tgz", {"a": os.urandom(5000).hex()})
    assert callable(spoil)
    spoil(slug)
    with pytest.raises(UnpackFailed, match=sentence):
        folders.unpack(slug, place)


def test_a_name_that_leads_out_of_the_folder_writes_nothing_there(
    tmp_path: Path, place: Folders
) -> None:
    slug = tmp_path / "slug.tgz"
    outside = tmp_path / "outside"
    outside.mkdir()
    with tarfile.open(slug, "w:gz") as archive:
        link = tarfile.TarInfo("./app/out")
        link.type, link.linkname = tarfile.SYMTYPE, str(outside)
        archive.addfile(link)
        for name in ("./app/out/planted", "./app/../../outside/planted", "/etc/wherry-planted"):
            entry = tarfile.TarInfo(name)
            entry.size = 2
            archive.addfile(entry, io.BytesIO(b"no"))
    with pytest.raises(UnpackFailed):
        folders.unpack(slug, place)
    assert list(outside.iterdir()) == []
    assert not Path("/etc/wherry-planted").exists()


def test_a_slug_larger_than_the_disk_is_stopped(
    tmp_path: Path, place: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = make_slug(tmp_path / "slug.tgz", {"zeros": "0" * 5_000_000})
    monkeypatch.setattr(folders, "KEPT_FREE_BYTES", 1 << 60)
    with pytest.raises(UnpackFailed, match="more than this disk has room for"):
        folders.unpack(slug, place)


def test_a_folder_that_was_closed_is_removed_as_well(place: Folders) -> None:
    closed = place.app / "a/b"
    closed.mkdir(parents=True)
    (closed / "file").touch()
    closed.chmod(0)
    closed.parent.chmod(0o500)
    place.remove()
    assert not place.top.exists()


def test_removing_touches_nothing_beside_it(place: Folders) -> None:
    beside = place.top.parent / "beside"
    beside.mkdir(mode=0o500)
    (place.app / "link").symlink_to(beside)
    place.remove()
    place.remove()
    assert beside.stat().st_mode & 0o777 == 0o500


def test_start_scripts_are_rewritten_where_the_app_is_not_at_its_place(place: Folders) -> None:
    texts = {
        ".profile.d/python.sh": "export PATH=/app/.heroku/python/bin:$PATH\nX=/app\n",
        ".heroku/python/bin/gunicorn": "#!/app/.heroku/python/bin/python3\nimport sys\n",
        "views.py": 'UPLOADS = "/app/uploads"\n',
        ".profile": "cd /application; ls ./app /srv/app/x\n",
    }
    for name, text in texts.items():
        path = place.app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (place.app / ".heroku/python/bin/python3").write_bytes(b"\x7fELF\0/app/lib")
    assert folders.rewrite(place) == 2
    app = str(place.app)
    assert (place.app / ".profile.d/python.sh").read_text() == (
        f"export PATH={app}/.heroku/python/bin:$PATH\nX={app}\n"
    )
    assert (place.app / ".heroku/python/bin/gunicorn").read_text().startswith(f"#!{app}/.heroku")
    assert (place.app / "views.py").read_text() == texts["views.py"]
    assert (place.app / ".profile").read_text() == texts[".profile"]
    assert (place.app / ".heroku/python/bin/python3").read_bytes() == b"\x7fELF\0/app/lib"


def test_whether_a_folder_is_in_memory(tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    proc.mkdir()
    (tmp_path / "in memory").mkdir()
    name = str(tmp_path / "in memory").replace(" ", "\\040")
    (proc / "mounts").write_text(f"/dev/vda / ext4 rw 0 0\ntmpfs {name} tmpfs rw 0 0\n")
    assert folders.in_memory(tmp_path / "in memory", proc)
    assert not folders.in_memory(tmp_path, proc)
    assert not folders.in_memory(tmp_path, tmp_path / "nowhere")
