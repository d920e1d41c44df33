"""A Redis of the rehearsal's own, where it is installed."""

import secrets
import signal
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from wherry.rehearse.local_servers import server

_START_S: Final = 20.0


def start(folder: Path, stack: ExitStack) -> str | None:
    """Start an empty one that ``stack`` ends; return its address, or None where there is none."""
    program = server.program("redis-server", "valkey-server")
    if program is None:
        return None
    owner = server.account("redis")
    data = server.private_folder(folder, "redis", owner)
    password = secrets.token_urlsafe(18)
    settings = data / "redis.conf"
    port = server.free_port()
    settings.write_text(
        f'bind 127.0.0.1\nport {port}\nsave ""\nappendonly no\ndir {data}\n'
        f"requirepass {password}\n",
        "utf-8",
    )
    settings.chmod(0o644)  # in a folder that only the server's user may enter
    ready = server.start(
        [program, str(settings)],
        owner,
        data,
        stack=stack,
        ready=lambda: server.answers(port),
        end_by=signal.SIGTERM,
        timeout_s=_START_S,
    )
    return f"redis://:{password}@127.0.0.1:{port}" if ready else None
