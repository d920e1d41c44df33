"""A model comes from its address whole and as declared, or not at all."""

import hashlib
from pathlib import Path

import pytest

from tests.buildpack.https import Page, Server
from wherry.buildpack.failure import BuildFailed
from wherry.buildpack.fetching import fetched
from wherry.buildpack.wanted import Source
from wherry.dependencies import fetch

MODEL = bytes(range(256)) * 4096
SHA256 = hashlib.sha256(MODEL).hexdigest()


def source(url: str, **more: object) -> Source:
    fields: dict[str, object] = {"sha256": SHA256, "size_bytes": len(MODEL), **more}
    return Source(url, **fields)  # type: ignore[arg-type]


def refusal(cache: Path, wanted: Source, config: dict[str, str] | None = None) -> str:
    """Return why a model cannot be had; the cache is as it was."""
    before = sorted(cache.iterdir()) if cache.is_dir() else []
    with pytest.raises(BuildFailed) as failure:
        fetched("digits", wanted, cache, config or {})
    assert (sorted(cache.iterdir()) if cache.is_dir() else []) == before
    assert "'digits'" in str(failure.value)
    return str(failure.value)


def test_it_is_fetched_once(server: Server, tmp_path: Path) -> None:
    server.pages["/model"] = Page(MODEL)
    for _ in range(3):
        file = fetched("digits", source(server.url("/model")), tmp_path / "cache", {})
        assert file.read_bytes() == MODEL
    assert len(server.asked) == 1
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [SHA256]


def test_what_was_damaged_in_the_cache_is_fetched_again(server: Server, tmp_path: Path) -> None:
    server.pages["/model"] = Page(MODEL)
    wanted = source(server.url("/model"))
    file = fetched("digits", wanted, tmp_path / "cache", {})
    for damaged in (MODEL[:-1], MODEL[:-1] + b"x"):
        file.write_bytes(damaged)
        assert fetched("digits", wanted, tmp_path / "cache", {}).read_bytes() == MODEL
    assert len(server.asked) == 3


def test_without_a_length_it_is_read_to_its_end(server: Server, tmp_path: Path) -> None:
    server.pages["/model"] = Page(MODEL, length=-1)
    file = fetched("digits", source(server.url("/model")), tmp_path / "cache", {})
    assert file.read_bytes() == MODEL


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Page(MODEL[:-1] + b"x"), "is not the declared one: its sha256 is"),
        (Page(MODEL + b"x"), "is larger than declared: it has 1,048,577 bytes"),
        (Page(MODEL + b"x", length=-1), "is larger than declared: the server sends more"),
        (Page(MODEL[:1000], length=len(MODEL)), "ended after 1,000 of 1,048,576 bytes"),
        (Page(MODEL[:1000]), "ended after 1,000 of 1,048,576 bytes"),
        (Page(b"", length=-1), "ended after 0 of 1,048,576 bytes"),
        (Page(status=404), "the server answered 404"),
        (Page(status=500), "the server answered 500"),
        (Page(moved_to="http://localhost/model"), "sent on to localhost over plain http"),
        (Page(moved_to="ftp://localhost/model"), "sent on to localhost over plain http"),
    ],
)
def test_what_is_not_as_declared_is_refused(
    server: Server, tmp_path: Path, page: Page, said: str
) -> None:
    server.pages["/model"] = page
    assert said in refusal(tmp_path / "cache", source(server.url("/model")))


def test_a_redirect_that_leads_to_plain_http_in_the_end_is_refused(
    server: Server, tmp_path: Path
) -> None:
    server.pages["/a"] = Page(moved_to=server.url("/b", "127.0.0.1"))
    server.pages["/b"] = Page(moved_to="http://127.0.0.1/model")
    assert "plain http" in refusal(tmp_path / "cache", source(server.url("/a")))


def test_a_redirect_within_https_is_followed_without_the_token(
    server: Server, tmp_path: Path
) -> None:
    server.pages["/a"] = Page(moved_to=server.url("/b", "127.0.0.1"), key="s3cret")
    server.pages["/b"] = Page(MODEL)
    wanted = source(server.url("/a"), token="TOKEN")
    assert fetched("digits", wanted, tmp_path / "cache", {"TOKEN": "s3cret"}).is_file()
    assert server.asked == [("/a", "Bearer s3cret"), ("/b", None)]


def test_endless_redirects_end(server: Server, tmp_path: Path) -> None:
    server.pages["/a"] = Page(moved_to=server.url("/a"))
    assert "could not be fetched" in refusal(tmp_path / "cache", source(server.url("/a")))


def test_a_token_is_asked_for_and_not_shown(server: Server, tmp_path: Path) -> None:
    server.pages["/model"] = Page(MODEL, key="s3cret-and-long")
    wanted = source(server.url("/model"), token="TOKEN")
    assert "the config var TOKEN, which is not set" in refusal(tmp_path / "cache", wanted)
    told = refusal(tmp_path / "cache", wanted, {"TOKEN": "an0ther-one"})
    assert "answered 401" in told
    assert "an0ther" not in told
    assert fetched("digits", wanted, tmp_path, {"TOKEN": "s3cret-and-long"}).is_file()


def test_a_server_that_nobody_vouches_for_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/model"] = Page(MODEL)
    monkeypatch.delenv("SSL_CERT_FILE")
    fetch.certificates.cache_clear()
    said = refusal(tmp_path / "cache", source(server.url("/model")))
    assert "certificate verify failed" in said.lower()


def test_where_nobody_answers_it_says_so(tmp_path: Path) -> None:
    wanted = source("https://localhost:1/model")
    assert "could not be fetched" in refusal(tmp_path / "cache", wanted)
