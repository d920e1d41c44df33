"""Secrets out of what is shown: keys, tokens, passwords in addresses, values of secret settings.

Every output that quotes a project or a log passes through ``mask``. What stands in the place of a
secret tells nothing of it, neither its length nor its beginning. What is masked was written by
others and may be of any length, so that every pattern here reads a text once, or a bounded part.
"""

import re
from collections.abc import Iterable
from typing import Final

MASK: Final = "****"

# Tokens that tell what they are by their beginning, from the vendors' documentation and GitHub's
# list of secret scanning patterns.
_TOKENS: Final = re.compile(
    r"""
    (?<![A-Za-z0-9_])
    (?:
        django-insecure-[^\s'"`,;)\]}<>]+      # what startproject writes
      | (?:AKIA|ASIA)[A-Z0-9]{16}              # AWS
      | gh[opsur]_[A-Za-z0-9]{20,}             # GitHub
      | github_pat_[A-Za-z0-9_]{20,}
      | glpat-[A-Za-z0-9_-]{16,}               # GitLab
      | (?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}   # Stripe
      | whsec_[A-Za-z0-9]{16,}
      | sk-[A-Za-z0-9_-]{20,}                  # OpenAI, Anthropic
      | xox[abeoprs]-[A-Za-z0-9-]{10,}         # Slack
      | AIza[A-Za-z0-9_-]{30,}                 # Google
      | ya29\.[A-Za-z0-9_-]{20,}
      | hf_[A-Za-z0-9]{20,}                    # Hugging Face
      | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}    # SendGrid
      | key-[0-9a-f]{32}                       # Mailgun
      | npm_[A-Za-z0-9]{30,}
      | pypi-[A-Za-z0-9_-]{30,}
      | HRKU-[A-Za-z0-9_-]{20,}                # Heroku
      | dop_v1_[0-9a-f]{32,}                   # DigitalOcean
      | rnd_[A-Za-z0-9]{20,}                   # Render
      | FlyV1\ [A-Za-z0-9_=,+/-]{20,}
      | \d{8,10}:AA[A-Za-z0-9_-]{32,}          # Telegram
      | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+   # JSON web tokens
    )
    """,
    re.VERBOSE,
)
_PRIVATE_KEY: Final = re.compile(
    r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----).*?(-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_PATTERNS: Final = (
    # scheme://user:password@host and scheme://token@host; git@github.com alone is no secret.
    (
        re.compile(
            r"(?i)(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,20}://[^\s:/@'\"]{0,200}:)"
            r"[^\s@'\"]{1,1000}(?=@)"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(?<![a-z])(https?://)[A-Za-z0-9_.-]{16,1000}(?=@)"), rf"\1{MASK}"),
    (
        re.compile(
            r"(?i)(https://hooks\.slack\.com/services/"
            r"|https://(?:ptb\.)?discord(?:app)?\.com/api/webhooks/)[^\s'\"]+"
        ),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            r"(?i)(authorization['\"]?\s{0,9}[:=]\s{0,9}['\"]?(?:bearer|basic|token|digest)\s{1,9})"
            r"[^\s'\",;]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(Bearer\s)[A-Za-z0-9._~+/-]{16,}=*"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b((?:sessionid|csrftoken|session)=)[^\s;'\"&,]+"), rf"\1{MASK}"),
)

# A name is secret by its last words: SECRET_KEY, apiKey and DB_PASSWORD_PROD are; max_tokens,
# password_reset, keyboard and AUTH_PASSWORD_VALIDATORS are not.
_HINT: Final = re.compile(r"(?i)secret|token|passw|passphrase|pwd|key|credential|connection")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*+")
_WORD: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+")
_ENDINGS: Final = frozenset(
    (
        *("secret", "token", "password", "passwd", "passphrase", "pwd", "pgpassword", "apikey"),
        *("credential", "credentials", "secretkey", "authtoken", "accesskey", "privatekey"),
        *("secret key", "api key", "access key", "private key", "encryption key", "signing key"),
        *("auth key", "account key", "master key", "connection string"),
    )
)
_TRAILERS: Final = frozenset(
    (
        *("fallback", "fallbacks", "default", "value", "old", "new", "base", "id"),
        *("prod", "production", "staging", "dev", "test"),
    )
)
_LONGEST_NAME: Final = 100

_LITERAL: Final = (
    r"[rbufRBUF]{0,2}(?:\"\"\"(?s:.{0,2000}?)(?:\"\"\"|\Z)|'''(?s:.{0,2000}?)(?:'''|\Z)"
    r"|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?)"
)
_LITERALS: Final = re.compile(_LITERAL)
_SIGN: Final = re.compile(r"[\"'`\]]{0,3}[ \t]{0,40}(?:=>|:=|=(?!=)|:(?![:/]))[ \t]{0,40}")
_TO: Final = re.compile(r"[\"'`]?[ \t](?:to|is)[ \t](?=[\"'])")
_DEFAULT: Final = re.compile(r"[\"'][ \t]*,\s{0,40}(?:default[ \t]*=[ \t]*)?(?=[rbufRBUF]?[\"'])")
_LOOKED_UP: Final = re.compile(
    r"(?i)(?:environ(?:\.get|\.setdefault|\.pop)?|env(?:\.\w{1,20})?|config|setting|secret)\([\"']$"
)
_OPENED: Final = re.compile(r"[\[(]\s{0,80}")
_BARE: Final = re.compile(r"\S+")
_IN_QUERY: Final = re.compile(r"[^\s&\"'#]+")

# Values that are no secrets: looked up elsewhere, empty, or said to be missing.
_HARMLESS: Final = re.compile(
    r"""(?ix)
    (?:
        [rbuf]?(["']{2}(?!["'])) | \.+$ | [,)\]}.;]
      | [rbuf]?["'`]?(?:\$|%\(|\{\{|\{%|<|\*{3,}|\.{3}|(?:None|null|true|false)\b["']?)
      | (?:[a-z_]\w*\.)+\w+[\[(]? | [a-z_]\w*\.[a-z_]\w*
      | (?:config|env|getenv|environ|str|bytes|input|get_\w+|load_\w+|read_\w+|generate_\w+)\(
      | (?:str|bytes|int|bool|any|optional|union)\b(?=[\s|\[,)=]|$)
      | (?:setting|must|not|missing|required|invalid|undefined|unset|authentication)\b
    )
    """
)


def mask(text: str) -> str:
    """Return the text with every secret in it replaced by ``****``."""
    text = _PRIVATE_KEY.sub(rf"\1{MASK}\2", text)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    if _HINT.search(text):
        text = _mask_named(text)
    return _TOKENS.sub(MASK, text)


def mask_all(texts: Iterable[str]) -> list[str]:
    """Return the texts, masked one by one."""
    return [mask(text) for text in texts]


def _mask_named(text: str) -> str:
    """Mask what secret names are given: one pass, from name to name."""
    parts = []
    done = 0
    found = _NAME.search(text)
    while found is not None:
        position = found.end()
        if _is_secret(found[0]):
            for start, end in _values(text, found):
                parts += [text[done:start], _masked(text[start:end])]
                done = position = end
        found = _NAME.search(text, position)
    parts.append(text[done:])
    return "".join(parts)


def _is_secret(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name[-_LONGEST_NAME:])]
    while words and (words[-1] in _TRAILERS or words[-1].isdigit()):
        words.pop()
    return " ".join(words[-2:]) in _ENDINGS or (bool(words) and words[-1] in _ENDINGS)


def _values(text: str, name: re.Match[str]) -> list[tuple[int, int]]:
    """Return where the secret values stand that the name is given."""
    sign = _SIGN.match(text, name.end()) or _TO.match(text, name.end())
    if sign is None:
        before = text[max(0, name.start() - 60) : name.start()]
        default = _DEFAULT.match(text, name.end())
        if default is None or not _LOOKED_UP.search(before):
            return []
        return _literal(text, default.end())
    opened = _OPENED.match(text, sign.end())
    if opened is not None:
        return _inside(text, opened.end())
    return _literal(text, sign.end()) or _bare(text, name, sign.end())


def _literal(text: str, start: int) -> list[tuple[int, int]]:
    found = _LITERALS.match(text, start)
    if found is None or _HARMLESS.match(found[0]):
        return []
    return [(start, found.end())]


def _inside(text: str, start: int) -> list[tuple[int, int]]:
    """Return the literals up to the closing bracket: those of a list, or of a wrapped string."""
    spans = []
    while True:
        spans += _literal(text, start)
        found = _LITERALS.match(text, start)
        if found is None:
            return spans
        start = found.end()
        while start < len(text) and text[start] in " \t\r\n,+":
            start += 1


def _bare(text: str, name: re.Match[str], start: int) -> list[tuple[int, int]]:
    """Return a value without quotes: of a shell, a URL, a YAML or an INI file."""
    in_query = name.start() > 0 and text[name.start() - 1] in "?&"
    found = (_IN_QUERY if in_query else _BARE).match(text, start)
    if found is None or found[0][0] in "\"'" or _HARMLESS.match(found[0]):
        return []
    value = found[0]
    # Prose: "invalid token: line 3". A token has capitals or digits.
    prose = text[name.end() : start].strip() == ":" and "token" in name[0].lower()
    if prose and value.islower() and not any(letter.isdigit() for letter in value):
        return []
    return [(start, found.end())]


def _masked(value: str) -> str:
    """Return the mask in the quotes that the value had."""
    literal = re.match(r"([rbufRBUF]{0,2})(\"\"\"|'''|\"|')", value)
    if literal is None:
        return MASK
    prefix, quote = literal.groups()
    return f"{prefix}{quote}{MASK}{quote}"
