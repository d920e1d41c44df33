"""A real server with a certificate of a certification authority of its own."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme


@dataclass
class Page:
    """What the server answers at a path.

    Attributes:
        length: What it says of the length; None for what it is, -1 for nothing.
        moved_to: Where it sends who asks.
        key: What has to be in ``Authorization``.
    """

    body: bytes = b""
    length: int | None = None
    status: int = 200
    moved_to: str = ""
    key: str = ""


@dataclass
class Server:
    """A server that runs.

    Attributes:
        asked: The paths that were asked for, with what stood in ``Authorization``.
    """

    port: int
    certificates: Path
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, path: str, host: str = "localhost") -> str:
        """Return the address of a path."""
        return f"https://{host}:{self.port}{path}"


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run a server for localhost and 127.0.0.1; ``certificates`` is what its clients trust."""
    authority = trustme.CA()
    certificates = folder / "authority.pem"
    # Beside the system's: what the build installs comes from elsewhere.
    known = ssl.get_default_verify_paths()
    system = Path("/etc/ssl/certs/ca-certificates.crt")
    usual = system if system.is_file() else Path(known.cafile or known.openssl_cafile)
    pem = usual.read_bytes() if usual.is_file() else b""
    certificates.write_bytes(pem + b"\n" + authority.cert_pem.bytes())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization")
            server.asked.append((self.path, given))
            page = server.pages.get(self.path, Page(status=404))
            if page.key and given != f"Bearer {page.key}":
                page = Page(status=401)
            self.send_response(302 if page.moved_to else page.status)
            if page.moved_to:
                self.send_header("Location", page.moved_to)
            if page.length != -1:
                length = len(page.body) if page.length is None else page.length
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A client that hangs up, or trusts nobody, is what is tested."""

    with Quiet(("127.0.0.1", 0), Handler) as running:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
        running.socket = context.wrap_socket(running.socket, server_side=True)
        server = Server(running.server_address[1], certificates)
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            running.shutdown()
            thread.join()
