"""Where packages come from: indexes and repositories that are not there, or ask for a key."""

from wherry.signatures.conditions import building, passes
from wherry.signatures.signature import sees

SIGNATURES = (
    *sees(
        "private-dependency-unreachable",
        r"Host key verification failed",
        r"could not read (?:Username|Password) for 'https?://.{1,200}",
        r"Permission denied \(publickey\)",
        r"HTTP error 40[13] while getting (?P<url>\S+)",
        r"(?:40[13]) (?:Client )?Error: (?:Unauthorized|Forbidden) for url: \S*/simple/\S*",
        r"fatal: Authentication failed for 'https?://.{1,200}",
        r"remote: Repository not found",
        r"ERROR: Repository not found",
        r"Failed to (?:fetch|download).{0,200}HTTP status client error \(40[13].{1,80}",
        r"HTTP status client error \(40[13] \w+\) for url \((?P<url>[^)]+)\)",
        r"could not be queried due to a lack of valid authentication credentials",
        r"40[13] Error, Credentials not correct for (?P<url>\S+)",
        r"Repository not found\.?$",
        r"remote: Invalid username or (?:password|token)",
        r"remote: Support for password authentication was removed",
        r"remote: HTTP Basic: Access denied",
        r"remote: Write access to repository not granted",
        r"fatal: unable to access 'https?://\S+': The requested URL returned error: 40[13]",
        # git says so; curl, which fetches anything, says it behind its own number.
        r"(?<!\(22\) )The requested URL returned error: 403",
        r"Failed to (?:clone|fetch) (?P<url>(?:git@|ssh://|https://)\S+?),? check your git "
        r"configuration and permissions",
        r"Authorization error accessing (?P<url>\S+)",
        r"The remote server unexpectedly closed the connection",
        r"git (?:clone|fetch) .{1,200} did not run successfully",
        when=lambda event: event.raised is None and event.source != "heroku",
    ),
    *sees(
        "private-dependency-unreachable",
        r"EOF when reading a line",
        types="EOFError",
        when=passes("/pip/_internal/network/auth.py", "/keyring/", "/pip/_internal/utils/misc.py"),
    ),
    *sees(
        "package-index-unreachable",
        (
            r"after connection broken by '(?:ReadTimeout|ConnectTimeout|NewConnection|"
            r"NameResolution|"
            r"ProtocolError|ConnectionReset|SSLError|RemoteDisconnected|IncompleteRead).{1,200}"
        ),
        r"HTTP error 5\d\d while getting \S+",
        r"Could not fetch URL https://pypi\.org.{1,200}",
        r"Failed to (?:fetch|download):? `?https://(?:pypi|files).{1,200}",
        (
            r"ReadTimeoutError: HTTPSConnectionPool\(host='(?:files\.pythonhosted\.org|"
            r"pypi\.org)'.{1,100}"
        ),
        r"unable to access 'https?://\S+': Could not resolve host: \S+",
        r"Unable to download/install Python",
        r"Temporary failure in name resolution.{0,100}pypi",
        # What has reached its end is gone from there for good, as an old list's files are.
        r"(?<!W: )Failed to fetch http://(?!\S+/dists/(?:jessie|stretch|buster)\b)(?!\S+ +404\b)"
        r"\S*(?:archive|security|deb)\.\S+",
        r"HTTPSConnectionPool\(host='(?:pypi\.org|files\.pythonhosted\.org)', port=443\): .{1,80}",
        r"toomanyrequests: .{1,80}",
        r"Connection broken: IncompleteRead\(.{1,80}",
        r"error sending request for url \(https://(?:pypi|files)\.\S+",
        r"Unable to install (?:pip|Pipenv|Poetry|uv)\.",
        when=lambda event: building(event) or event.source == "build" or not event.raised,
    ),
)
