"""A request's line in the log, field for field as the platform writes it."""

import time
from dataclasses import dataclass

from wherry.rehearse.events import LogLine, RequestServed, Sink
from wherry.rehearse.router.faults import Fault
from wherry.rehearse.router.options import RouterOptions
from wherry.rehearse.router.requests import RequestHead


@dataclass(slots=True)
class Served:
    """What came of a request.

    Attributes:
        dyno: "" where it reached none.
        connect_s: None where no connection was tried, or none came about.
        service_s: From the connection to the end; None where there was no connection.
        sent_bytes: Of the response's body.
    """

    request: RequestHead
    status: int
    fault: Fault | None = None
    dyno: str = ""
    connect_s: float | None = None
    service_s: float | None = None
    sent_bytes: int = 0


def tell(sink: Sink, options: RouterOptions, served: Served) -> None:
    """Emit a request's line and what it measured."""
    at = time.time()
    request, fault = served.request, served.fault
    sink(LogLine(at, "heroku", "router", line(options, served)))
    sink(
        RequestServed(
            at=at,
            method=request.method.decode("ascii"),
            path=request.path,
            status=served.status,
            service_s=served.service_s or 0.0,
            connect_s=served.connect_s or 0.0,
            bytes_sent=served.sent_bytes,
            dyno=served.dyno,
            code=fault.code if fault else "",
            request_id=request.request_id.decode("ascii"),
        )
    )


def line(options: RouterOptions, served: Served) -> str:
    """Return the line without its time and source."""
    request = served.request
    nothing = served.service_s is None and served.fault is not None
    return (
        f'{_beginning(served.fault)}method={request.method.decode("ascii")} path="{request.path}"'
        f" host={request.host_shown} request_id={request.request_id.decode('ascii')}"
        f' fwd="{request.forwarded.decode("latin-1")}" dyno={served.dyno}'
        f" connect={_milliseconds(served.connect_s)} service={_milliseconds(served.service_s)}"
        f" status={served.status or ''} bytes={'' if nothing else served.sent_bytes}"
        f" {_protocol(request, options)}"
    )


def _beginning(fault: Fault | None) -> str:
    if fault is None:
        return "at=info "
    sock = f"sock={fault.sock} " if fault.sock else ""
    cause = f' cause="{fault.cause}"' if fault.cause else ""
    return f'{sock}at={fault.level} code={fault.code} desc="{fault.desc}"{cause} '


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{round(seconds * 1000)}ms"


def _protocol(request: RequestHead, options: RouterOptions) -> str:
    if options.legacy:
        return f"protocol={options.scheme}"
    version = "http1.1" if request.modern else "http1.0"
    if options.scheme == "https":
        return f"protocol={version} tls=true tls_version=unknown"
    return f"protocol={version} tls=false"
