"""Where the server listens, and whether the host finds it there."""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of


def _address(event: Event, found: re.Match[str]) -> Verdict:
    """Where it listens; only this machine reaches 127.0.0.1."""
    del event
    values = values_of(found)
    host = values.get("host", "")
    local = host in ("127.0.0.1", "localhost", "::1", "[::1]")
    return Verdict("~listens-locally" if local else "~listens", values)


SIGNATURES = (
    *sees(
        "health-check-refused",
        r"Healthcheck failed with status(?: code)? (?P<status>[34]\d\d)",
        r"HTTP health check failed.{0,80}(?:status|code)\D{0,10}(?P<status>[345]\d\d)",
        r"Health check .{0,60}returned (?:status|HTTP) (?:code )?(?P<status>[345]\d\d)",
        r"Invalid HTTP_HOST header: 'healthcheck\.railway\.app'",
        r"Invalid HTTP_HOST header: '(?P<host>10\.\d+\.\d+\.\d+|172\.\d+\.\d+\.\d+)(?::\d+)?'",
        r"Expected HTTP response .{0,40} but got (?P<status>\d\d\d).{0,60}healthcheck",
        r"unexpected status code (?P<status>\d\d\d).{0,60}health",
        r"Health checks? failing.{0,80}\[?(?P<status>[345]\d\d)\]?",
    ),
    *sees(
        "~listens ~listens-locally",
        r"Listening at: https?://(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)(?: \(\d+\))?",
        r"Running on (?:all addresses \()?https?://(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)",
        r"Uvicorn running on https?://(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)",
        r"Starting development server at https?://(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)",
        r"Listening on (?:TCP address |https?://)(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)",
        r"Serving on http://(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)",
        r"Running on (?:local URL:\s+)?https?://(?P<host>\[?[\w.:-]+?\]?):(?P<port>\d+)",
        judge=_address,
    ),
    *sees(
        "~port-found",
        r"Detected service running on port \d+",
        r"Your service is live",
        r"Detected a new open port .{1,40}",
    ),
    *sees(
        "R10",
        r"Error R10 \(Boot timeout\)",
        r"Web process failed to bind to \$PORT within",
    ),
    *sees(
        "no-open-ports",
        r"No open ports detected",
        r"Port scan timeout reached, no open ports detected",
        r"No open HTTP ports detected",
    ),
    *sees(
        "port-not-bound",
        r"The app is not listening on the expected address",
        r"but the server is not listening on the expected address",
        r"detected on 127\.0\.0\.1.{0,120}0\.0\.0\.0",
        r"Detected open ports? on localhost",
        r"'\$PORT' is not a valid port number",
        r"Error: '\$?\{?PORT\}?' is not a valid port number\.?",
        r"Invalid value for '--port': '\$\{?PORT\}?'",
        r"bind\(\): Permission denied",
        r"\[Errno 13\] Permission denied.{0,20}(?:bind|:80|\b80\b)",
    ),
    *sees(
        "port-in-use",
        r"Connection in use: \('(?P<address>[^']*', (?P<port>\d+))\)",
        r"connection to \('[^']*', (?P<port>\d+)\) failed: \[Errno 98\] Address already in use",
        r"\[Errno (?:98|48)\] error while attempting to bind on address \('[^']*', (?P<port>\d+)",
        r"\[Errno (?:98|48)\] Address already in use",
        r"Address already in use \(os error 98\)",
        r"bind\(\) to \S+?:(?P<port>\d+) failed \(98: Address already in use\)",
        r"listen EADDRINUSE: address already in use \S*?:(?P<port>\d+)",
        r"Error: That port is already in use",
        r"Address already in use - bind\(2\)",
        # Docker's, for a port of the machine that a container was to have.
        r"Bind for \S+?:(?P<port>\d+) failed: port is already allocated",
        r"listen (?:tcp|udp)\S{0,2} \S*?:(?P<port>\d+): bind: address already in use",
        r"failed to bind host port (?:for )?\S*?:(?P<port>\d+)\S*: address already in use",
        r"port is already allocated",
        r"bind\(\) to \S+?:(?P<port>\d+) failed \((?:98|48): .{1,40}\)",
        r"another instance of uWSGI is running on the same address \(\S*?:(?P<port>\d+)\)",
        r"another instance of uWSGI is running on the same address",
        r"bind\(\): Address already in use",
        (
            r"Address already in use: AH\d{5}: make_sock: could not bind to address "
            r"\S*?:(?P<port>\d+)"
        ),
        r"Port (?P<port>\d+) is in use by another program",
        r"listening socket \S*?:(?P<port>\d+): bind: Address already in use",
        r"could not bind (?:IPv[46] )?(?:address|socket) .{0,80}: Address already in use",
        r"Only one usage of each socket address .{1,80}normally permitted",
        r"\[WinError 10048\]",
        r": (?:bind: )?[Aa]ddress already in use\.?$",
    ),
    *sees(
        "proxy-cannot-reach-app",
        r"\[PC01\]",
        r"\[PC02\]",
        r"\[PC05\]",
        r"instance refused connection",
        r"connect\(\) failed \(111: Connection refused\) while connecting to upstream",
        r"upstream timed out \(110: (?:Connection|Operation) timed out\) while connecting",
        r"no live upstreams while connecting to upstream",
        r"could not find a good candidate within \d+ attempts at load balancing",
        r"\[PR0[1-9]\] could not find a good candidate",
    ),
    *sees("application-failed-to-respond", r"Application failed to respond"),
    *sees(
        "health-check-failed",
        r"Healthcheck failed!",
        r"health checks? failed",
        r"Health checks? failed",
        r"Healthcheck failed",
        r"replicas never became healthy",
        r"Health check on port \d+ has failed",
        r"Attempt #\d+ failed with service unavailable",
        r"Attempt #\d+ failed with status \d+",
        r"Health check .{1,80} has failed",
        r"Timed out after waiting for internal health check to return a successful response code",
        r"timeout reached waiting for health ?checks to pass",
        r"timeout reached waiting for healthchecks to pass",
        r"failed to (?:become|get) healthy",
        r"Failure in name='[^']+': .{0,60}attempts?",
        r"Healthcheck failure: .{1,60}",
        r"ERROR: Health Check Failed",
        r"App container failed to start!!",
    ),
    *sees(
        "container-failed-to-start",
        r"container failed to start and listen on the port",
        r"Container failed to start\. Failed to start and then listen on the port",
        r"failed to start and then listen on the port",
        r"Default STARTUP TCP probe failed",
        r"STARTUP HTTP probe failed",
        r"HealthCheckContainerError",
        r"The request failed because the instance could not start successfully",
        r"Cloud Run error: .{1,40} is not ready and cannot serve traffic",
    ),
    *sees(
        "~health-check-request",
        r"HTTP/1\.1\" (?P<status>[345]\d\d) .{0,60}\"RailwayHealthCheck/1\.0\"",
        r"HTTP/1\.[01]\" (?P<status>[345]\d\d) .{0,60}\"Render/1\.0\"",
        r"HTTP/1\.[01]\" (?P<status>[345]\d\d) .{0,60}\"kube-probe/\S+\"",
    ),
)
