"""Between granian and the site's WSGI application."""

import threading
from io import BufferedReader
from typing import Any

from wherry.django.server.handover import Application

MAPPED_IPV4 = "::ffff:"
# Requests that only compute keep nobody waiting for this long; one that does waits for something
# itself, a database for one, and others may pass.
PATIENCE_S = 0.02


def adapt(app: Application) -> Application:
    """Hand a response that is complete to the server in one piece.

    The server then writes it with its length at once. An iterable, which Django's responses are
    as well, it takes piece by piece through a channel, which costs three thread switches.
    """

    def adapted(environ: dict[str, Any], start_response: Any) -> Any:
        # One socket takes IPv4 and IPv6; sites compare and store addresses in IPv4's own form.
        address = environ["REMOTE_ADDR"]
        if address.startswith(MAPPED_IPV4):
            environ["REMOTE_ADDR"] = address.removeprefix(MAPPED_IPV4)
        response = app(environ, start_response)
        if getattr(response, "streaming", True):
            return response
        content = response.content
        response.close()
        return [content]

    return adapted


def take_turns(app: Application) -> Application:
    """Let one request at a time run Python, as long as each is quick about it.

    Threads that all want Python's lock hand it around at every call that releases it, which costs
    half the throughput of a site that answers in microseconds. In turns they do not, and still
    there is a thread for the request that comes while another waits for its client's body.
    """
    current = threading.Lock()

    def taking_turns(environ: dict[str, Any], start_response: Any) -> Any:
        if isinstance(environ["wsgi.input"], BufferedReader):
            # The site will wait for the rest of this body.
            return app(environ, start_response)
        nonlocal current
        turn = current
        mine = turn.acquire(timeout=PATIENCE_S)
        if not mine and current is turn:
            # From here on the others take turns without the one that is slow.
            current = threading.Lock()
        try:
            return app(environ, start_response)
        finally:
            if mine:
                turn.release()

    return taking_turns
