"""How the router is to behave where the platform itself offers a choice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterOptions:
    """Choices of a run.

    Attributes:
        legacy: The router before Router 2.0: no connection to a dyno is kept, H23 and H26 are
            logged, and the log names no TLS.
        keepalive: Whether idle connections to a dyno are kept, which the platform's labs feature
            ``http-disable-keepalive-to-dyno`` switches off.
        scheme: What the app is told that its client speaks. The platform ends TLS in front of
            the app, so that it is ``https`` although the client here speaks plain HTTP.
        port: What the app is told that its client connected to; None for the scheme's own.
        max_connections: Of clients; H22 above it. The platform does not publish its number, so
            that None takes what this machine's limit of open files allows.
    """

    legacy: bool = False
    keepalive: bool = True
    scheme: str = "https"
    port: int | None = None
    max_connections: int | None = None

    @property
    def forwarded_port(self) -> int:
        """The port that the app is told."""
        if self.port is not None:
            return self.port
        return 443 if self.scheme == "https" else 80

    @property
    def reuses(self) -> bool:
        """Whether a dyno's connection serves more than one request."""
        return self.keepalive and not self.legacy
