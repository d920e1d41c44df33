"""What the hosts' own edges say: Render, Railway, Fly.io, Cloud Run, Dokku, nginx.

Where a sentence means several things, it is a symptom or a mark, and the story settles it.
"""

import re

from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of


def _told_by_the_host(event: Event) -> bool:
    """Whether no client of the app's own raised it."""
    return event.raised is None


def _listener(event: Event, found: re.Match[str]) -> Verdict:
    """Dokku's check saw the address that the container listens on."""
    del event
    values = values_of(found)
    if "port" in values:
        values["address"] = f"port {values['port']}"
    return Verdict("port-not-bound", values)


def _cloud_sql(event: Event, found: re.Match[str]) -> Verdict:
    """The proxy beside the container says whether it may not, or has nothing to connect to."""
    del found
    if re.search(r"NOT_AUTHORIZED|Error 403|permission|forbidden", event.text):
        return Verdict("account-or-billing", {})
    return Verdict("database-credentials-stale", {})


SIGNATURES = (
    *sees(
        "memory-limit-killed",
        r"==> Out of memory \(used over (?P<used>[^)]+)\)",
        r"Out of memory \(used over (?P<used>[^)]+)\)",
    ),
    *sees(
        "port-not-bound",
        (
            r"container listening on expected IPv[46] interface with an unexpected port: "
            r"expected=\d+ actual=(?P<port>\d+)"
        ),
        (
            r"container listening on expected port \(\d+\) with unexpected IPv[46] interface: "
            r"expected=\S+ actual=(?P<address>\S+)"
        ),
        r"container listening on unexpected IPv[46] interface .{0,80}actual=(?P<address>\S+)",
        judge=_listener,
    ),
    *sees(
        "port-not-bound",
        r"'\$PORT' is not a valid \w+",
        r"'\$\{PORT\}' is not a valid \w+",
        r"'' is not a valid port number",
        r"invalid int value: '\$PORT'",
        r"invalid int value: '\$\{PORT\}'",
        r"invalid port \$PORT",
        r"\"\S{0,40}:\$PORT\" is not a valid port number or address:port pair",
        r"\"\$PORT\" is not a valid port number or address:port pair",
        r"invalid literal for int\(\) with base 10: '\$\{?PORT",
        r"Invalid address: \('(?P<address>[^']+', (?P<port>\d+))\)",
        (
            r"\[Errno (?:99|49)\] error while attempting to bind on address "
            r"\('(?P<address>[^']+)', (?P<port>\d+)"
        ),
        (
            r"\[Errno 13\] error while attempting to bind on address "
            r"\('(?P<address>[^']+)', (?P<port>\d+)"
        ),
        r"connection to \('[^']*', (?P<port>\d+)\) failed: \[Errno 13\] Permission denied",
        # gunicorn says this of every error: below 1024 it is the permission that is missing.
        r"Can't connect to \('[^']*', (?P<port>\d{1,3}|10[01]\d|102[0-3])\)",
        r"bind\(\) to \S+?:(?P<port>\d+) failed \(13: Permission denied\)",
    ),
    *sees(
        "no-open-ports",
        r"failed to detect open port (?P<port>\d+) from PORT environment variable",
        r"Port scan timeout reached",
    ),
    *sees(
        "health-check-refused",
        r"Healthcheck attempt .{0,40}unexpected status code: (?P<status>[345]\d\d)",
        r"Failure in name='[^']+': unexpected status code: (?P<status>[345]\d\d)",
        r"Failure in name='[^']+': unexpected status code: expected=\d+ actual=(?P<status>\d+)",
        r"Failure in name='[^']+': .{0,40}status code \d+, got (?P<status>[345]\d\d)",
        r"probe failed with status ?code: (?P<status>[345]\d\d)",
        r"probe failed with status(?: code)? (?P<status>[345]\d\d)",
        r"Attempt #\d+ failed with status (?P<status>[345]\d\d)",
    ),
    *sees(
        "health-check-failed",
        r"Failure in name='[^']+': .{1,200}",
        r"Failed healthchecks for \S+",
        r"LIVENESS (?:HTTP|TCP|GRPC) probe failed",
        r"healthchecks? timed out",
    ),
    # Where a proxy or a probe says which port it asked, that settles what is wrong.
    *sees(
        "proxy-cannot-reach-app",
        r"\[PC01\] .{0,80}listening on \S+?:(?P<asked>\d+)",
        r"is your app listening on \S+?:(?P<asked>\d+)\?",
        (
            r"connect\(\) failed \(111: Connection refused\) while connecting to upstream, .{0,600}"
            r"upstream: \"https?://[^\"/]+:(?P<asked>\d+)"
        ),
        r"connect\(\) to unix:\S+ failed \((?:2|111): [^)]{1,60}\) while connecting to upstream",
        (
            r"dial tcp \S+?:(?P<asked>(?!5432|3306|6379|27017|5672)\d+): connect: "
            r"connection refused$"
        ),
        r"attempt to connect to \S+?:(?P<asked>\d+) \(\S*\) failed",
        r"HTTP: failed to make connection to backend",
        # What a person sees who asks a container's published port.
        r"curl: \(52\) Empty reply from server",
        r"curl: \(56\) Recv failure: Connection reset by peer",
        r"ERR_EMPTY_RESPONSE",
        r"521: Web server is down",
        r"522: Connection timed out",
    ),
    *sees(
        "container-failed-to-start",
        r"STARTUP (?:HTTP|TCP|GRPC) probe failed .{1,200} on port (?P<asked>\d+)",
        r"listen on the port defined provided by the PORT=(?P<asked>\d+)",
        r"The user-provided container failed the configured startup probe checks",
        r"STARTUP (?:HTTP|TCP|GRPC) probe failed",
    ),
    *sees(
        "proxy-cannot-reach-app",
        r"\[PC06\]",
        r"\[PC07\]",
        r"\[PM06\]",
        r"\[PM05\]",
        r"failed to connect to machine: gave up after \d+ attempts",
        r"no known healthy instances found for route",
        r"\[PR04\] could not find a good candidate",
    ),
    *sees(
        "application-failed-to-respond",
        r"^\"[A-Z]+ \S+\" status=50[234] .{0,400}connection refused",
        r"^\"[A-Z]+ \S+\" status=50[234] .{0,400}connection dial timeout",
    ),
    # A worker that ends in the middle of a request, as the proxy in front of it sees that.
    *sees(
        "~closed-early",
        r"upstream prematurely closed connection while reading response header",
        r"recv\(\) failed \(104: Connection reset by peer\) while reading response header",
        r"^\"[A-Z]+ \S+\" status=50[234] .{0,400}connection closed unexpectedly",
        r"could not complete HTTP request to instance: connection closed before message completed",
    ),
    *sees(
        "~late",
        r"has been terminated because it has reached the maximum request timeout",
        r"upstream timed out \(110: \w+ timed out\) while reading response header",
        r"upstream request timeout",
        r"HARAKIRI ON WORKER \d+",
        r"524: A timeout occurred",
        r"Process terminated because the request deadline was exceeded",
        r"Task timed out after [\d.]+ seconds",
        r"FUNCTION_INVOCATION_TIMEOUT",
        r"^\"[A-Z]+ \S+\" status=504",
    ),
    *sees(
        "~full",
        r"[Ii]nstance reached (?:its )?hard limit of \d+ concurrent (?:connections|requests)",
        r"request was aborted because there was no available instance",
        r"Task queue depth is [1-9]\d{1,4}",
        r"Exceeded concurrency limit\.$",
    ),
    *sees("~trains", r"Epoch \d+/\d+", r"Epoch \d+, batch \d+", r"\[Epoch \d+\]"),
    *sees("~build-failed", r"(?:COPY|ADD) failed: .{1,300}"),
    *sees(
        "platform-incident",
        r"unreachable worker host",
        r"could not reserve resource for machine",
        r"insufficient \w+ available to fulfill request",
        r"could not wake up machine due to an internal \w+ error",
        r"The service has encountered an (?:internal error|error during container import)",
        r"Heroku Git error, please try again shortly",
        r"Remote builder did not start in time",
    ),
    *sees(
        "account-or-billing",
        r"\(gcloud[\w.]*\) PERMISSION_DENIED",
        r"does not have permission to access (?:namespace|the image|project)",
        r"must have permission to read the image",
        r"denied on (?:resource|service account)",
        r"please add a payment method",
        r"run out of free (?:usage|instance) hours",
        r"has exceeded its free .{0,40}(?:hours|limit|quota)",
        r"resource usage limit.{0,60}(?:reached|exceeded)",
    ),
    *sees("account-or-billing", r"does not have storage\.\S+ access", when=_told_by_the_host),
    *sees(
        "account-or-billing database-credentials-stale",
        r"Cloud SQL connection failed\. Please see .{1,600}",
        judge=_cloud_sql,
    ),
    *sees(
        "logs-dropped",
        r"rate limit of \d+ logs/sec reached for replica",
    ),
    *sees(
        "~port-found",
        r"New primary port detected: \d+",
        r"machine became reachable in \S+",
        r"Healthcheck succeeded",
        r"Health check .{1,80} is now passing",
        r"All checks succeeded",
        r"is now in a good state",
    ),
    *sees("~expects", r"^ {1,4}- 0\.0\.0\.0:(?P<port>\d+)$"),
    *sees("~listens-everywhere", r"Running on all addresses"),
    *sees("~slow-start", r"\[PM05\]", r"failed to connect to machine: gave up after"),
    *sees(
        "~start-command",
        r"Preparing to run: `(?P<command>[^`\n]{1,500})` as \w+",
    ),
    # What comes before an image starts is its build; what comes after is not.
    *sees(
        "~pip-done",
        r"exporting to image",
        r"Starting Container",
        r"Building image done",
        r"release_command: .{1,200}",
        r"==> Uploading build",
        r"==> Deploying\.\.\.",
        r"==> Starting pre-deploy: .{1,200}",
        r"-----> Releasing \S+",
        r"Attaching to \S+",
        r"Container \S+ {1,4}Started",
    ),
)
