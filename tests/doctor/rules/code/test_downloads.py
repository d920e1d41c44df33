"""Models that are fetched in a request, and files on a host whose files are memory."""

from pathlib import Path

import pytest

from tests.doctor.rules.code.asking import names, view

FETCHED = "model-downloaded-at-request"
IN_MEMORY = "files-count-as-memory"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("gdown.download('https://x/y', 'm.h5')", True),
        ("bucket.blob('m.onnx').download_to_filename('/tmp/m.onnx')", True),
        ("s3.download_file('models', 'net.pt', '/tmp/net.pt')", True),
        ("open('m.h5', 'wb').write(requests.get(URL, timeout=9).content)", True),
        ("os.system('wget https://x/m.h5')", True),
        ("subprocess.run(['curl', '-o', 'm.onnx', URL])", True),
        ("s3.download_file(MODELS, key, path)", True),
        ("s3.download_file(b, key, path); InferenceSession(path)", True),
        ("s3.download_file('reports', 'may.pdf', '/tmp/may.pdf')", False),
        ("s3.download_file(b, models.Report.objects.get(pk=1).key, path)", False),
        ("requests.get(URL, timeout=9).json()", False),
        ("open('a.jpg', 'wb').write(requests.get(URL, timeout=9).content)", False),
        ("os.system('convert a.png b.png')", False),
    ],
)
def test_what_a_request_fetches(tmp_path: Path, line: str, found: bool) -> None:
    code = f"import os, subprocess, gdown, requests\ndef index(request):\n    {line}\n"
    assert (FETCHED in names(tmp_path, view(code))) is found


def test_a_download_of_the_build_is_none_of_a_request(tmp_path: Path) -> None:
    script = "import gdown\nif __name__ == '__main__':\n    gdown.download('https://x/y', 'm.h5')\n"
    assert FETCHED not in names(tmp_path, {"fetch.py": script})


WRITES = "def index(request):\n    with open('/tmp/a.jpg', 'wb') as f:\n        f.write(b'')\n"
REMOVES = "import os\n" + WRITES + "    os.remove('/tmp/a.jpg')\n"
READS = "def index(request):\n    return open('/tmp/a.jpg', 'rb').read()\n"
DOWNLOADS = "import gdown\ndef index(request):\n    gdown.download('https://x/y', '/tmp/m.h5')\n"


@pytest.mark.parametrize(
    ("code", "platform", "found"),
    [
        (WRITES, "cloud-run:512mi", True),
        (DOWNLOADS, "cloud-run:1gi", True),
        (WRITES, "heroku:eco", False),
        (REMOVES, "cloud-run:512mi", False),
        (READS, "cloud-run:512mi", False),
    ],
)
def test_files_that_are_memory(tmp_path: Path, code: str, platform: str, found: bool) -> None:
    assert (IN_MEMORY in names(tmp_path, view(code), platform)) is found
