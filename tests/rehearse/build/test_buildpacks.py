"""Other buildpacks, by their contract; and hosts that build in their own ways."""

from pathlib import Path

import pytest

from tests.rehearse.build.building import PYTHON, Heard, built, contents, refused, write

DETECT = "#!/bin/sh\n[ -f \"$1/boat.txt\" ] || { echo 'no boat here'; exit 1; }\necho Boat\n"
COMPILE = """#!/bin/bash
set -e
build=$1; cache=$2; env=$3; here=$(cd "$(dirname "$0")/.." && pwd)
echo "-----> Rowing with $(cat "$env/OARS") oars on $STACK"
echo "       $(cat "$cache/trips" 2>/dev/null || echo 0) trips before"
echo $(( $(cat "$cache/trips" 2>/dev/null || echo 0) + 1 )) > "$cache/trips"
[ -z "${OARS:-}" ] || echo "the variable leaked"
mkdir -p "$build/.boat/bin" "$build/.profile.d"
printf '#!/bin/sh\\necho row\\n' > "$build/.boat/bin/row"; chmod +x "$build/.boat/bin/row"
echo 'export PATH="$HOME/.boat/bin:$PATH"' > "$build/.profile.d/boat.sh"
echo "export PATH=\\"$build/.boat/bin:\\$PATH\\"; export BOAT=wherry" > "$here/export"
"""
RELEASE = """#!/bin/sh
echo '---'
echo 'config_vars:'
echo '  BOAT: wherry'
echo 'default_process_types:'
echo '  web: row'
echo '  worker: row slowly'
"""
FILES = {
    "boat.txt": "",
    "app.json": '{"buildpacks": [{"url": "./pack"}]}',
    "Procfile": "worker: row fast\n",
    "pack/bin/detect": DETECT,
    "pack/bin/compile": COMPILE,
    "pack/bin/release": RELEASE,
}


def test_the_contract(tmp_path: Path) -> None:
    heard = Heard()
    source = write(tmp_path / "source", FILES)
    slug = built(source, tmp_path / "cache", heard, env={"OARS": "4"})
    assert heard.lines[:3] == [
        "-----> Boat app detected",
        "-----> Rowing with 4 oars on heroku-26",
        "       0 trips before",
    ]
    assert "the variable leaked" not in heard.text
    assert "       Default types for buildpack -> web" in heard.lines
    assert slug.process_types == {"web": "row", "worker": "row fast"}
    assert slug.config_vars == {"BOAT": "wherry"}
    assert slug.python is None
    inside = contents(slug)
    assert inside[".boat/bin/row"] == b"#!/bin/sh\necho row\n"
    again = Heard()
    built(source, tmp_path / "cache", again, env={"OARS": "6"})
    assert "       1 trips before" in again.lines


def test_what_it_exports_is_there_for_the_next(tmp_path: Path, cache: Path) -> None:
    files = {
        **FILES,
        "app.json": "",
        ".buildpacks": "./pack\nheroku/python\n",
        "requirements.txt": "",
        ".python-version": PYTHON,
        "bin/pre_compile": '#!/bin/sh\necho "$(row) $BOAT"\n',
    }
    heard = Heard()
    slug = built(write(tmp_path, files), cache, heard, env={"OARS": "4"})
    assert "       row wherry" in heard.lines
    steps = [line for line in heard.lines if line.endswith("app detected")]
    assert steps == ["-----> Boat app detected", "-----> Python app detected"]
    assert {".profile.d/boat.sh", ".profile.d/python.sh"} <= set(contents(slug))


def test_a_buildpack_that_does_not_fit(tmp_path: Path) -> None:
    files = {name: text for name, text in FILES.items() if name != "boat.txt"}
    failure = refused(write(tmp_path / "source", files), tmp_path / "cache")
    assert failure.cause == "wrong-buildpack"
    assert " !     App not compatible with buildpack: ./pack" in failure.lines
    assert failure.values["buildpack"] == "./pack"


def test_a_buildpack_that_fails(tmp_path: Path) -> None:
    files = {**FILES, "pack/bin/compile": "#!/bin/sh\necho sinking\nexit 1\n"}
    failure = refused(write(tmp_path / "source", files), tmp_path / "cache")
    assert "sinking" in failure.lines
    assert " !     Push rejected, failed to compile Boat app." in failure.lines


@pytest.mark.parametrize(
    "name", ["heroku/nodejs", "../outside", "/etc", "./nothing", "--upload-pack"]
)
def test_what_is_not_here_is_left_out_and_said(tmp_path: Path, name: str) -> None:
    heard = Heard()
    (tmp_path / "outside" / "bin").mkdir(parents=True)
    (tmp_path / "outside" / "bin" / "compile").write_text("#!/bin/sh\necho ran\n")
    source = write(tmp_path / "source", {".buildpacks": f"{name}\n", "a": ""})
    built(source, tmp_path / "cache", heard)
    assert "ran" not in heard.lines
    assert any(f"The buildpack {name} is left out" in text for text in heard.remarks)


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "web: [", "x: !!python/object:os.system {}\n", "{}"]
)
def test_releases_of_any_kind(tmp_path: Path, text: str) -> None:
    release = f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n"
    source = write(tmp_path / "source", {**FILES, "pack/bin/release": release})
    slug = built(source, tmp_path / "cache", Heard(), env={"OARS": "1"})
    assert slug.config_vars == {}
    assert slug.process_types == {"worker": "row fast"}


def test_apt_without_an_aptfile(tmp_path: Path) -> None:
    source = write(tmp_path / "source", {".buildpacks": "heroku-community/apt\n"})
    failure = refused(source, tmp_path / "cache")
    assert failure.cause == "aptfile-needs-buildpack"
    assert any("Could not find an 'Aptfile'!" in line for line in failure.lines)


def test_an_aptfile_that_nobody_reads_is_said(tmp_path: Path, cache: Path) -> None:
    heard = Heard()
    files = {"requirements.txt": "", ".python-version": PYTHON, "Aptfile": "libgl1\n"}
    built(write(tmp_path, files), cache, heard)
    assert any("The Aptfile is not read" in text for text in heard.remarks)


def test_render_runs_its_build_command(tmp_path: Path, cache: Path) -> None:
    heard = Heard()
    files = {
        "requirements.txt": "iniconfig==2.0.0\n",
        ".python-version": PYTHON,
        "Procfile": "web: nobody reads this\n",
        "render.yaml": "services:\n  - type: web\n    name: boat\n    runtime: python\n"
        "    buildCommand: pip install -r requirements.txt && echo $COLOUR > built.txt\n"
        "    startCommand: gunicorn boat:app\n",
    }
    slug = built(write(tmp_path, files), cache, heard, platform="render", env={"COLOUR": "red"})
    assert slug.process_types == {"web": "gunicorn boat:app"}
    assert {part.name for part in slug.packages} == {"iniconfig"}
    inside = contents(slug)
    assert inside["built.txt"] == b"red\n"
    assert not any(name.endswith("WEB_CONCURRENCY.sh") for name in inside)
    assert any("own builder is not run" in text for text in heard.remarks)


def test_a_build_command_that_fails(tmp_path: Path, cache: Path) -> None:
    files = {
        "requirements.txt": "",
        ".python-version": PYTHON,
        "render.yaml": "services:\n  - type: web\n    name: boat\n    runtime: python\n"
        "    buildCommand: ./build.sh\n",
    }
    failure = refused(write(tmp_path, files), cache, platform="render")
    assert "The build command ended with status 127: ./build.sh" in str(failure)
    assert not failure.of_this_machine


@pytest.mark.parametrize("platform", ["fly", "railway", "cloud-run", "dokku"])
def test_dockerfiles_are_not_run_and_that_is_said(tmp_path: Path, platform: str) -> None:
    files = {"Dockerfile": "FROM python:3.13\nCMD gunicorn a:b\n", "requirements.txt": "gunicorn\n"}
    failure = refused(write(tmp_path / "source", files), tmp_path / "cache", platform=platform)
    assert failure.of_this_machine
    assert "Wherry does not run Dockerfiles" in str(failure)


def test_heroku_prefers_the_procfile_to_a_dockerfile(tmp_path: Path, cache: Path) -> None:
    files = {
        "Dockerfile": "FROM python:3.13\nCMD gunicorn a:b\n",
        "Procfile": "web: python app.py\n",
        "requirements.txt": "",
        ".python-version": PYTHON,
    }
    slug = built(write(tmp_path, files), cache, Heard())
    assert slug.process_types == {"web": "python app.py"}
