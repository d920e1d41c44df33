"""The pieces of a build, one by one."""

import gzip
import hashlib
import os
import stat
import subprocess
import tarfile
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from tests.rehearse.build.building import Heard, write
from wherry.dependencies.interpreters import look
from wherry.errors import InvalidInput
from wherry.rehearse.build.compressing import Compressor
from wherry.rehearse.build.inputs import read_inputs, tree_digest
from wherry.rehearse.build.log import BuildLog
from wherry.rehearse.build.network import left_out, network_variables
from wherry.rehearse.build.owners import PythonOwners, app_owner
from wherry.rehearse.build.packing import pack, scan, write_end
from wherry.rehearse.build.paths_written import rename_all, renamed
from wherry.rehearse.build.python_tree import make_python
from wherry.rehearse.build.recording import read_slug
from wherry.rehearse.build.running import Deadline, Environment, TimedOut, run

OWNER = ("app", "the project itself", "")


def test_many_pieces_are_one_gzip_file() -> None:
    data = (
        b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(90_000)) + b"wherry " * 2_000_000
    )
    output = BytesIO()
    with Compressor(output) as compressor:
        compressor.begin(("a", "", ""))
        compressor.write(data[:1_000_000])
        compressor.begin(("b", "", ""))
        for start in range(1_000_000, len(data), 700_001):
            compressor.write(data[start : start + 700_001])
        assert compressor.tell() == len(data)
    assert gzip.decompress(output.getvalue()) == data
    shares = compressor.shares
    assert abs(sum(shares.values()) - len(output.getvalue())) < 10
    assert shares[("a", "", "")] > 0


def test_the_size_is_gzip_s_own_within_a_percent() -> None:
    data = b"".join(
        hashlib.sha256(str(number % 5000).encode()).hexdigest().encode()
        for number in range(200_000)
    )
    output = BytesIO()
    with Compressor(output) as compressor:
        compressor.write(data)
    usual = len(gzip.compress(data, 6))
    assert abs(len(output.getvalue()) - usual) < 0.01 * usual


def test_a_tree_comes_back_as_it_was(tmp_path: Path) -> None:
    root = write(
        tmp_path / "root", {"a.py": "x = 1\n", "run": "#!/bin/sh\n", "deep/er/b": b"\0" * 9}
    )
    (root / "link").symlink_to("a.py")
    (root / "far").symlink_to(root / "deep")
    (root / "empty").mkdir()
    (root / "secret").write_text("x")
    (root / "secret").chmod(0o600)
    os.mkfifo(root / "pipe")
    path = tmp_path / "slug.tgz"
    with path.open("wb") as output:
        parts = pack(root, scan(root), output, lambda _: OWNER)
        write_end(output)
    assert (parts[0].files, parts[0].unpacked_bytes) == (4, 6 + 10 + 9 + 1)
    with tarfile.open(path) as archive:
        entries = {entry.name.removeprefix("./app/"): entry for entry in archive}
        assert set(entries) == {
            *("a.py", "run", "deep", "deep/er", "deep/er/b", "link", "far", "empty", "secret"),
        }
        assert entries["run"].mode & stat.S_IXUSR
        assert entries["link"].linkname == "a.py"
        assert entries["far"].linkname == "/app/deep"
        assert entries["secret"].mode == 0o600
        assert entries["a.py"].mtime == int((root / "a.py").stat().st_mtime)
    assert read_slug(path)[0].unpacked_bytes == 26


@pytest.mark.parametrize("data", [b"", b"no gzip", gzip.compress(b"no tar"), gzip.compress(b"")])
def test_what_is_no_slug(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "slug.tgz").write_bytes(data)
    with pytest.raises(InvalidInput, match="is no slug"):
        read_slug(tmp_path / "slug.tgz")


def test_a_tar_of_something_else_is_no_slug(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "slug.tgz", "w:gz") as archive:
        archive.add(__file__, "etc/passwd")
    with pytest.raises(InvalidInput, match=r"not below \./app/"):
        read_slug(tmp_path / "slug.tgz")


def test_start_scripts_are_written_anew_and_programs_are_not(tmp_path: Path) -> None:
    packages = ".heroku/python/lib/python3.13/site-packages"
    here = str(tmp_path)
    write(
        tmp_path,
        {
            ".heroku/python/bin/gunicorn": f"#!{here}/.heroku/python/bin/python\nx\n",
            ".heroku/python/bin/program": b"\x7fELF\0" + here.encode(),
            f"{packages}/mine.pth": f"{here}/src\n",
            f"{packages}/other.py": f"HERE = '{here}'\n",
        },
    )
    times = (tmp_path / ".heroku/python/bin/gunicorn").stat().st_mtime_ns
    rename_all(tmp_path, here, "/app")
    gunicorn = tmp_path / ".heroku/python/bin/gunicorn"
    assert gunicorn.read_text() == "#!/app/.heroku/python/bin/python\nx\n"
    assert gunicorn.stat().st_mtime_ns == times
    assert (tmp_path / packages / "mine.pth").read_text() == "/app/src\n"
    assert here in (tmp_path / packages / "other.py").read_text()
    assert here.encode() in (tmp_path / ".heroku/python/bin/program").read_bytes()
    assert renamed(b"nothing here", here, "/app") == b"nothing here"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"#!/app/.heroku/python/bin/python\n", b"#!/b/.heroku/python/bin/python\n"),
        (b"'''exec' '/app/x' \"$0\"", b"'''exec' '/b/x' \"$0\""),
        (b'MAPPING = {"boat": "/app/boat"}', b'MAPPING = {"boat": "/b/boat"}'),
        (b"/app", b"/b"),
        (b"/app\n/app/src\n", b"/b\n/b/src\n"),
        (b"/application /srv/app ./app/x /apps", b"/application /srv/app ./app/x /apps"),
    ],
)
def test_whole_names_only(before: bytes, after: bytes) -> None:
    assert renamed(before, "/app", "/b") == after


def test_files_find_their_owners(tmp_path: Path) -> None:
    packages = ".heroku/python/lib/python3.13/site-packages"
    record = (
        "boat/__init__.py,,\nboat/data/x.bin,,\n../../../bin/row,,\n"
        '"boat/odd, name.py",,\nboat-1.2.dist-info/RECORD,,\n'
    )
    write(tmp_path, {f"{packages}/boat-1.2.dist-info/RECORD": record})
    write(tmp_path, {f"{packages}/pip-26.2.dist-info/RECORD": "pip/__init__.py,,\n"})
    owners = PythonOwners(tmp_path, "3.13.0")
    boat = ("package", "boat", "1.2")
    for path in (
        *("boat/__init__.py", "boat/__pycache__/__init__.cpython-313.pyc", "boat/odd, name.py"),
        *("boat-1.2.dist-info/METADATA", "boat/data/made-later", "../../../bin/row"),
    ):
        assert owners.of(os.path.normpath(f"{packages}/{path}")) == boat
    assert owners.of(f"{packages}/pip/__init__.py") == ("package manager", "pip", "26.2")
    python = ("interpreter", "Python", "3.13.0")
    for path in ("bin/python3.13", "lib/python3.13/os.py", "lib/python3.13/site-packages"):
        assert owners.of(f".heroku/python/{path}") == python


def test_the_app_s_own_files() -> None:
    static, pushed = frozenset(("static/a.css",)), frozenset(("app.py",))
    assert app_owner("app.py", static, pushed)[0] == "app"
    assert app_owner("static/a.css", static, pushed)[0] == "static files"
    assert app_owner(".apt/usr/bin/x", static, pushed)[1] == "apt packages"
    assert app_owner(".profile.d/python.sh", static, pushed)[0] == "another buildpack"


def test_digests_see_what_counts(tmp_path: Path) -> None:
    root = write(tmp_path, {"a": "1", "b/c": "2"})
    first = tree_digest(root)
    os.utime(root / "a", (0, 0))
    assert tree_digest(root) == first
    (root / "a").chmod(0o755)
    second = tree_digest(root)
    (root / "b" / "c").write_text("3")
    third = tree_digest(root)
    (root / "d").symlink_to("a")
    assert len({first, second, third, tree_digest(root)}) == 4


def test_which_settings_are_passed_on(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".config/pip/pip.conf": "[global]\nindex-url = https://mirror.example.com/simple\n"
            "constraint = /c.txt\ncert = /ca.pem\n[install]\nextra-index-url = https://more\n"
        },
    )
    environ = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_DIRS": str(tmp_path / "none"),
        "HTTPS_PROXY": "http://proxy:8080",
        "PIP_FIND_LINKS": "/wheels",
        "UV_EXTRA_INDEX_URL": "https://more",
        "AWS_SECRET_ACCESS_KEY": "x",
        "PYTHONPATH": "/mine",
    }
    found = network_variables(environ)
    assert found["PIP_INDEX_URL"] == "https://mirror.example.com/simple"
    assert found["PIP_CERT"] == "/ca.pem"
    assert found["HTTPS_PROXY"] == "http://proxy:8080"
    assert found["PIP_CONFIG_FILE"] == os.devnull
    assert not {"PIP_FIND_LINKS", "UV_EXTRA_INDEX_URL", "PYTHONPATH"} & set(found)
    assert "AWS_SECRET_ACCESS_KEY" not in found
    assert left_out(environ) == ("constraint", "extra-index-url", "find-links")


def test_no_settings_are_no_obstacle(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    write(tmp_path, {".config/uv/uv.toml": "not [ toml", "pip/pip.conf": "not = ini"})
    assert left_out(environ) == ()
    assert "PIP_INDEX_URL" not in network_variables(environ)


def test_a_uv_mirror_is_found(tmp_path: Path) -> None:
    text = '[[index]]\nurl = "https://mirror.example.com/simple"\ndefault = true\n'
    write(tmp_path, {".config/uv/uv.toml": text})
    environ = {"HOME": str(tmp_path), "XDG_CONFIG_DIRS": str(tmp_path)}
    assert network_variables(environ)["UV_DEFAULT_INDEX"] == "https://mirror.example.com/simple"


def _shell(script: str, folder: Path, seconds: float = 60.0) -> tuple[int, list[str]]:
    said: list[str] = []
    environment = Environment(folder, {"PATH": "/usr/bin:/bin"})
    status = run(["sh", "-c", script], environment, said.append, Deadline.after(seconds))
    return status, said


def test_output_comes_line_by_line(tmp_path: Path) -> None:
    status, said = _shell("printf 'a\\r\\nb\\n\\nc'; echo d >&2; exit 3", tmp_path)
    assert status == 3
    assert said == ["a", "b", "", "cd"]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    assert _shell("printf '\\377\\n'", tmp_path) == (0, ["\N{REPLACEMENT CHARACTER}"])


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    said: list[str] = []
    environment = Environment(tmp_path, {})
    status = run(["/nowhere/row"], environment, said.append, Deadline.after(10))
    assert status == 127
    assert said == ["/nowhere/row: No such file or directory"]


def test_a_child_that_stays_is_ended(tmp_path: Path) -> None:
    # It holds the output open, and would keep the build waiting.
    began = time.monotonic()
    with pytest.raises(TimedOut):
        _shell("sleep 4244 & exit 0", tmp_path, seconds=0.5)
    assert time.monotonic() - began < 60


def test_output_without_an_end_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TimedOut):
        _shell("yes", tmp_path, seconds=0.3)


def test_the_log_is_bounded_and_keeps_its_last_words() -> None:
    heard = Heard()
    log = BuildLog(heard)
    for number in range(30_000):
        log.line(str(number))
    log.line("x" * 100_000)
    counts = Counter("left out" in line for line in log.lines)
    assert counts[True] == 1
    assert len(log.lines) <= 20_001
    assert heard.lines == log.lines


def test_a_remark_is_made_once() -> None:
    heard = Heard()
    log = BuildLog(heard)
    log.remark("python", "It is another.")
    log.remark("python", "It is another.")
    assert heard.remarks == log.remarks == ["It is another."]


DEBIAN = sorted(Path("/usr/bin").glob("python3.1[0-9]"))


@pytest.mark.skipif(not DEBIAN, reason="the system has no Python of its own")
def test_a_distribution_s_python_runs_where_it_is_copied(tmp_path: Path) -> None:
    interpreter = look(DEBIAN[-1], "PATH")
    assert interpreter is not None
    home = tmp_path / "python"
    make_python(interpreter, home)
    packages = home / "lib" / DEBIAN[-1].name / "site-packages"
    write(packages, {"boat.py": "OARS = 4\n"})
    program = "import boat, sysconfig; print(boat.OARS, sysconfig.get_path('scripts'))"
    done = subprocess.run(
        [home / "bin" / "python", "-c", program],
        env={"LD_LIBRARY_PATH": str(home / "lib")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["4", str(home / "bin")]
    assert not list(home.rglob("test_*.py"))


@pytest.mark.parametrize("named", ["./{} ; python_version > '3'  # ours", "{}", "{}[web, ml]"])
def test_packages_depend_on_the_files_that_are_named(tmp_path: Path, named: str) -> None:
    wheel = "wheels/a-1-py3-none-any.whl"
    root = write(tmp_path, {"app.py": "", wheel: b"a"})
    (root / "requirements.txt").write_text(f"django\n{named.format(wheel)}\n")
    first = read_inputs(root, "pip")
    (root / "app.py").write_text("changed")
    assert read_inputs(root, "pip") == first
    (root / wheel).write_bytes(b"b")
    assert read_inputs(root, "pip") != first


@pytest.mark.parametrize(
    "line", ["./b", "-e b", ".", "./wheels/../../elsewhere/a-1-py3-none-any.whl", "--find-links ."]
)
def test_packages_depend_on_the_whole_tree_where_any_of_it_is_installed(
    tmp_path: Path, line: str
) -> None:
    root = write(tmp_path / "site", {"app.py": "", "b/setup.py": ""})
    write(tmp_path, {"elsewhere/a-1-py3-none-any.whl": b"a"})
    (root / "requirements.txt").write_text(f"django\n{line}\n")
    first = read_inputs(root, "pip")
    (root / "app.py").write_text("changed")
    assert read_inputs(root, "pip") != first
