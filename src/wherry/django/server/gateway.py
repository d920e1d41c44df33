"""Between granian and the site's WSGI application."""

from typing import Any

from wherry.django.server.handover import Application

MAPPED_IPV4 = "::ffff:"


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
