"""What other programs say when they fail: no cause of ours, but the line that should be quoted.

``~told-failure`` says what failed; ``~step-failed`` only that something did, and is quoted where
nothing else tells more. ``~tests-ended`` takes back what tests provoked
before it, where none of them failed.
"""

from wherry.signatures.signature import sees

# The parts of Django whose checks have numbers of their own.
_CHECKED = ("fields", "models", "admin", "auth", "staticfiles", "caches", "templates", "urls",
            "security", "files", "translation", "contenttypes", "postgres", "sites", "async",
            "mail", "rest_framework", "commands")  # fmt: skip

SIGNATURES = (
    # Docker and Compose.
    *sees(
        "~told-failure",
        # What is no longer there need not be removed.
        r"Error response from daemon: (?!No such (?:container|image)|removal of container).{1,300}",
        r"pull access denied for .{1,120}",
        r"unauthorized: authentication required",
        r"denied: requested access to the resource is denied",
        r"manifest unknown",
        r"depends on undefined service .{1,60}",
        r"additional properties '[^']+' not allowed",
        r"ErrImagePull",
        r"ImagePullBackOff",
        r"yaml: line \d+: .{1,120}",
    ),
    # Google's buildpacks number what a user can mend.
    *sees("~told-failure", r"Failure: \(ID: \w+\) .{1,300}"),
    # ssh, rsync, git and the like, between machines.
    *sees(
        "~told-failure",
        r"Permission denied \(publickey",
        r"ssh: connect to host .{1,120}",
        r"ssh: Could not resolve hostname .{1,120}",
        r"rsync error: .{1,160}",
        r"scp: .{1,160}: (?:No such file or directory|Permission denied)",
        # A script that waits for a server is refused (7) or cut off (52, 56) until it is there.
        r"curl: \((?!(?:7|52|56)\))\d+\) .{1,160}",
        r"Resource not accessible by integration",
    ),
    # Tests and linters.
    *sees(
        "~told-failure",
        r"^FAILED \S+::\S+.{0,300}",
        r"^FAIL: \w+ \(.{1,160}\)",
        r"^FAILED \((?:failures|errors)=\d+",
        r"files? would be reformatted",
        r"Found \d+ errors? in \d+ files?",
        r"Coverage failure: total of \d+ is less than",
        r"Required test coverage of \S+ not reached",
    ),
    *sees(
        "~tests-ended",
        r"^Ran \d+ tests? in [\d.]+s",
        r"^(?:=+ )?\d+ passed(?:, \d+ (?:skipped|deselected|warnings?|xfailed|xpassed)){0,4} in \d",
    ),
    # Web servers, service managers, certificates.
    *sees(
        "~told-failure",
        r"AH00526: Syntax error on line .{1,160}",
        r"Invalid command '[^']+', perhaps misspelled",
        r"AH00035: access to .{1,200}",
        r"AH01630: client denied by server configuration: \S+\.(?:wsgi|py)\b",
        r"Unable to connect to WSGI daemon process",
        r"Truncated or oversized response headers received from daemon process '[^']+'",
        r"Target WSGI script (?:not found|'[^']+' cannot be loaded).{0,200}",
        r"invalid request block size: \d+",
        r"no python application found, check your startup logs",
        r"unable to load configuration from \S+",
        r"Unit \S+ (?:not found|could not be found|is masked)",
        r"Failed at step USER .{1,160}",
        r"Certbot failed to authenticate some domains",
        r"Some challenges have failed",
        r"too many certificates already issued .{1,120}",
    ),
    # Databases' own tools, and Redis.
    *sees(
        "~told-failure",
        r"pg_(?:dump|restore|basebackup|upgrade|ctl): error: .{1,200}",
        # Scripts that wait for a database ask with psql until it answers.
        r"psql: error: (?!.{0,200}(?:database system is|Connection refused)).{1,200}",
        r"(?:dropdb|pgbench): error: .{1,200}",
        r"initdb: error: .{1,200}",
        r"createdb: error: .{1,200}",
        r"mysqldump: Got error: .{1,200}",
        r"Fatal error, can't open config file .{1,160}",
        r"Bad file format reading the append only file",
        r"Failed opening the (?:temp )?RDB file .{1,160}",
        r"Can't save in background: fork: .{1,80}",
    ),
    # Django's commands.
    *sees(
        "~told-failure",
        r"manage\.py(?: \w+)?: error: .{1,160}",
        r"It is impossible to (?:add a|change a) .{1,120}",
        r"Unknown command: '[^']+'",
        *(rf"\({part}\.E\d{{3}}\) .{{1,200}}" for part in _CHECKED),
    ),
    *sees(
        "~step-failed",
        r"Process completed with exit code (?P<status>[1-9]\d{0,2})",
        r"Back-off restarting failed container",
        r"Aborting on container exit",
    ),
)
