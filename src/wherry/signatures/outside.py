"""What Wherry names, so that nothing else is blamed for it: other languages, other services."""

import re
from typing import Final

from wherry.signatures.conditions import passes
from wherry.signatures.events import Event
from wherry.signatures.signature import Verdict, sees, values_of

_SERVICES: Final = {
    "stripe": "Stripe",
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "twilio": "Twilio",
    "sendgrid": "SendGrid",
    "boto": "AWS",
    "google/": "Google",
    "googleapiclient": "Google",
    "cloudinary": "Cloudinary",
    "tweepy": "Twitter",
    "discord": "Discord",
    "telegram": "Telegram",
    "paypal": "PayPal",
    "razorpay": "Razorpay",
    "mailchimp": "Mailchimp",
    "smtplib": "the mail server",
    "requests/": "",
    "urllib": "",
    "httpx": "",
    "aiohttp": "",
}
_CLIENTS: Final = tuple(_SERVICES)


def _service(event: Event, found: re.Match[str]) -> Verdict:
    values = values_of(found)
    haystack = event.text.lower() + " ".join(frame.path for frame in event.frames)
    for part, name in _SERVICES.items():
        if name and part in haystack:
            values["service"] = name
            break
    return Verdict("third-party-service", values)


def _through_client(event: Event, found: re.Match[str]) -> Verdict | None:
    """An error out of a client of somebody else's service."""
    if not any(part in frame.path for frame in event.frames for part in _CLIENTS) and event.frames:
        return None
    return _service(event, found)


def _mail(event: Event, found: re.Match[str]) -> Verdict:
    """No mail server answers; where nothing limits the wait, the system gives up after minutes."""
    if found["errno"] in ("110", "60"):
        return Verdict("outbound-call-without-timeout", _service(event, found).values)
    return _service(event, found)


def _timed_out(event: Event, found: re.Match[str]) -> Verdict:
    return Verdict(
        "outbound-call-without-timeout", {**values_of(found), **_service(event, found).values}
    )


SIGNATURES = (
    *sees(
        "another-language",
        r"npm ERR! .{1,120}",
        r"npm error .{1,120}",
        r"ERR_PNPM_OUTDATED_LOCKFILE",
        r"ERR_PNPM_NO_MATCHING_VERSION",
        r"ERR_PNPM_FETCH_404",
        r"ERR_PNPM_PEER_DEP_ISSUES",
        r"Your lockfile needs to be updated, but yarn was run with",
        r"The lockfile would have been (?:modified|created) by this install, which is explicitly "
        r"forbidden",
        r"Error: Cannot find module @\S+",
        r"Cannot find package '[^']+' imported from \S+",
        r"Error: Can't resolve '[^']+' in '[^']+'",
        r"\[vite\]: Rollup failed to resolve import .{1,120}",
        r"Could not resolve \"[^\"]+\" from .{1,120}",
        r"\[ERROR\] Could not resolve \"[^\"]+\"",
        r"error during build:",
        r"Failed to compile\.$",
        r"error TS\d{4}: .{1,120}",
        r"digital envelope routines::unsupported",
        r"ERR_OSSL_EVP_UNSUPPORTED",
        r"The engine \"node\" is incompatible with this module",
        r"gyp ERR! .{1,120}",
        r"Error: Cannot find native binding",
        r"The package \"@esbuild/[\w-]+\" could not be found",
        r"You installed esbuild for another platform than the one you're currently using",
        r"Error: Cannot apply unknown utility class",
        r"error Couldn't find a script named .{1,80}",
        r"Error: Could not resolve dependency: .{1,120}",
        r"PrismaClientInitializationError",
        r"SyntaxError: Unexpected (?:token|identifier|end of (?:input|JSON input)).{0,60}",
        r"TypeError: Cannot read propert(?:y|ies) of (?:undefined|null)",
        r"Your Ruby version is \S+, but your Gemfile specified \S+",
        r"Failed to install gems via Bundler",
        r"Push rejected, failed to compile (?:Ruby|Node\.js|PHP|Go|Java|Scala|Gradle|Clojure) app",
        r"build failed: .{0,60}node_modules",
        r"error Command \"\w+\" (?:not found|failed with exit code \d+)",
        r"Error: Cannot find module '[^']+'",
        r"Cannot find module '[^']+'",
        r"SyntaxError: Cannot use import statement outside a module",
        r"ERR_REQUIRE_ESM",
        r"ELIFECYCLE",
        r"UnhandledPromiseRejectionWarning: .{1,80}",
        r"triggerUncaughtException\(",
        r"MODULE_NOT_FOUND",
        r"Could not find gem .{1,80}",
        r"Gem::\w+Error",
        r"An error occurred while installing \S+ \([\d.]+\), and Bundler cannot continue",
        r"Bundler::GemNotFound",
        r"PHP Fatal error: .{1,120}",
        r"Exception in thread \"main\" java\.\S+",
        r"java\.lang\.\w+(?:Error|Exception)",
        r"BUILD FAILURE",
        r"panic: runtime error: .{1,80}",
        r"thread 'main' panicked at .{1,80}",
        r"error\[E\d{4}\]: cannot find .{1,80}",
        r"Module not found: Error: Can't resolve .{1,80}",
        r"webpack .{0,60}compiled with \d+ errors?",
        r"vite: not found",
        r"ReferenceError: \w+ is not defined",
        r"rake aborted!",
    ),
    *sees(
        "third-party-service",
        r"stripe\.(?:_error|error|error\.\w+)?\.?\w*Error: .{1,160}",
        r"openai\.\w*(?:Error|Limit\w*): .{1,160}",
        r"anthropic\.\w*Error: .{1,160}",
        r"(?:botocore|boto3)\.exceptions\.\w+: .{1,200}",
        r"botocore\.errorfactory\.\w+: .{1,200}",
        r"azure\.core\.exceptions\.\w+: .{1,200}",
        r"minio\.error\.\w+: .{1,200}",
        r"anymail\.exceptions\.Anymail\w+: .{1,200}",
        r"firebase_admin\.(?:exceptions|_auth_utils)\.\w+: .{1,200}",
        r"slack_sdk\.errors\.\w+: .{1,200}",
        r"twilio\.base\.exceptions\.\w+: .{1,160}",
        r"google\.(?:api_core|auth)\.exceptions\.\w+: .{1,160}",
        r"googleapiclient\.errors\.HttpError: .{1,160}",
        r"smtplib\.SMTP\w+: .{1,160}",
        r"tweepy\.\w+\.\w+: .{1,120}",
        r"cloudinary\.exceptions\.\w+: .{1,160}",
        r"python_http_client\.exceptions\.\w+: .{1,160}",
        judge=_service,
    ),
    *sees(
        "third-party-service",
        r"(?P<status>\d{3}) (?:Client|Server) Error: .{1,80} for url: (?P<url>\S+)",
        r"HTTP Error (?P<status>\d{3}): .{1,60}",
        r"Error code: (?P<status>\d{3}) - .{1,160}",
        r"Name or service not known",
        r"Temporary failure in name resolution",
        r"Failed to establish a new connection: .{1,120}",
        r"Max retries exceeded with url: (?P<url>\S+)",
        r"Connection aborted\.', .{1,120}",
        r"Remote end closed connection without response",
        r"certificate verify failed: .{1,100}",
        types="HTTPError HTTPStatusError ConnectionError ConnectError URLError SSLError APIError "
        "RateLimitError AuthenticationError APIConnectionError gaierror MaxRetryError ProxyError "
        "NewConnectionError RemoteDisconnected ProtocolError PermissionDeniedError "
        "SSLCertVerificationError NotFoundError BadRequestError ConnectionResetError",
        judge=_through_client,
    ),
    *sees(
        "third-party-service outbound-call-without-timeout",
        r"\[Errno (?P<errno>101|104|110|111|113|60|61|-2|-3|-5)\] .{1,80}",
        types="TimeoutError OSError ConnectionRefusedError ConnectionResetError timeout gaierror",
        when=passes("/smtplib.py", "/imaplib.py", "/poplib.py", "/ftplib.py"),
        judge=_mail,
    ),
    *sees(
        "outbound-call-without-timeout",
        r"Max retries exceeded with url: (?P<url>\S+) .{1,120}timed? ?out",
        r"Read timed out\.",
        r"The read operation timed out",
        r"The handshake operation timed out",
        r"ConnectTimeout: .{1,160}",
        r"ReadTimeout: .{1,160}",
        types="ReadTimeout ConnectTimeout ReadTimeoutError ConnectTimeoutError TimeoutError "
        "timeout",
        judge=_timed_out,
    ),
)
