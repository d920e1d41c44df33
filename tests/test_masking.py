"""Secrets are masked whatever they stand in; harmless text is left as it is."""

from pathlib import Path

import pytest

from wherry.causes.catalogue import CATALOGUE, SYMPTOMS
from wherry.masking import mask, mask_all

ROOT = Path(__file__).parents[1]
# The parts of a secret stand apart, so that no scanner takes this file for a leak.
LETTERS = "Zx9Kq2Lm7Pw4Rt8Vb3Nc"
DIGITS = "4839201746382910"


SECRETS = [
    (f"SECRET_KEY = '{LETTERS}!@#'", LETTERS),
    (f'SECRET_KEY = "{LETTERS}"  # keep it secret', LETTERS),
    (f"SECRET_KEY='django-insecure-{LETTERS}'", LETTERS),
    (f"SECRET_KEY = r'{LETTERS}'", LETTERS),
    (f'SECRET_KEY = os.environ.get("SECRET_KEY", "{LETTERS}")', LETTERS),
    (f"SECRET_KEY = os.getenv('SECRET_KEY', default='{LETTERS}')", LETTERS),
    (f"SECRET_KEY = config('SECRET_KEY', default='{LETTERS}')", LETTERS),
    (f'SECRET_KEY = env("DJANGO_SECRET_KEY", "{LETTERS}")', LETTERS),
    (f"DJANGO_SECRET_KEY={LETTERS}", LETTERS),
    (f"heroku config:set SECRET_KEY={LETTERS} DEBUG=0", LETTERS),
    (f"SECRET_KEY:            {LETTERS}", LETTERS),
    (f"export AWS_SECRET_ACCESS_KEY={LETTERS}", LETTERS),
    (f"aws_access_key_id = AKIA{DIGITS}", DIGITS),
    (f"found AKIA{DIGITS} in the log", DIGITS),
    (f"DATABASE_URL=postgres://u1:{LETTERS}@ec2-1-2-3-4.compute-1.amazonaws.com:5432/d1", LETTERS),
    (f"redis://:{LETTERS}@host:6379", LETTERS),
    (f"mysql://root:{LETTERS}@localhost/db", LETTERS),
    (f"amqps://name:{LETTERS}@rabbit.example.com/name", LETTERS),
    (f"git+https://ghp_{LETTERS}@github.com/acme/ours.git", LETTERS),
    (f"git+https://user:{LETTERS}@github.com/acme/ours.git", LETTERS),
    (f"--extra-index-url https://__token__:{LETTERS}@index.example.com/simple", LETTERS),
    (f"'PASSWORD': '{LETTERS}',", LETTERS),
    (f'"password": "{LETTERS}"', LETTERS),
    (f"EMAIL_HOST_PASSWORD = '{LETTERS}'", LETTERS),
    (f"    EMAIL_HOST_PASSWORD='{LETTERS}'", LETTERS),
    (f"password={LETTERS}", LETTERS),
    (f"db_password: {LETTERS}", LETTERS),
    (f"- DB_PASSWORD: '{LETTERS}'", LETTERS),
    (f"api_key = '{LETTERS}'", LETTERS),
    (f'apiKey: "{LETTERS}"', LETTERS),
    (f'const clientSecret = "{LETTERS}";', LETTERS),
    (f"OPENAI_API_KEY=sk-{LETTERS}{LETTERS}", LETTERS),
    (f"openai.api_key = 'sk-proj-{LETTERS}'", LETTERS),
    (f"using sk-{LETTERS}{LETTERS} for this", LETTERS),
    (f"token ghp_{LETTERS}{LETTERS}", LETTERS),
    (f"github_pat_{LETTERS}{LETTERS}", LETTERS),
    (f"glpat-{LETTERS}", LETTERS),
    (f"hf_{LETTERS}{LETTERS}", LETTERS),
    (f"sk_live_{LETTERS}", LETTERS),
    (f"xoxb-{DIGITS}-{LETTERS}", LETTERS),
    (f"AIza{LETTERS}{LETTERS}", LETTERS),
    (f"SG.{LETTERS}.{LETTERS}", LETTERS),
    (f"HRKU-{LETTERS}{LETTERS}", LETTERS),
    (f"bot = Bot('{DIGITS[:9]}:AA{LETTERS}{LETTERS}')", LETTERS),
    (f"https://hooks.slack.com/services/T000/B000/{LETTERS}", LETTERS),
    (f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{LETTERS}", LETTERS),
    (f"Authorization: Bearer {LETTERS}", LETTERS),
    (f"'Authorization': 'Token {LETTERS}'", LETTERS),
    (f"Authorization: Basic {LETTERS}==", LETTERS),
    (f"curl -H 'Authorization: Bearer {LETTERS}' https://example.com", LETTERS),
    (f"GET /api?token={LETTERS}&page=2 HTTP/1.1", LETTERS),
    (f'path="/reset?api_key={LETTERS}" host=a.herokuapp.com', LETTERS),
    (f"Cookie: sessionid={LETTERS}; theme=dark", LETTERS),
    (f"Set-Cookie: csrftoken={LETTERS}; Path=/", LETTERS),
    (f"KeyError in {{'SECRET_KEY': '{LETTERS}', 'DEBUG': False}}", LETTERS),
    (f"STRIPE_SECRET = '{LETTERS}'", LETTERS),
    (f"CLOUDINARY_URL=cloudinary://{DIGITS}:{LETTERS}@name", LETTERS),
    (f"AZURE_ACCOUNT_KEY='{LETTERS}=='", LETTERS),
    (f"SECRET_KEY_FALLBACKS = '{LETTERS}'", LETTERS),
    (f"PGPASSWORD={LETTERS} psql", LETTERS),
    (
        f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}\n{LETTERS}\n-----END RSA PRIVATE KEY-----",
        LETTERS,
    ),
    (f"-----BEGIN PRIVATE KEY-----\n{LETTERS}", LETTERS),
    (f"os.environ['API_TOKEN'] = '{LETTERS}'", LETTERS),
    (f"SECRET_KEY = f'{LETTERS}'", LETTERS),
    (f"SECRET_KEY = 'it\\'s {LETTERS}'", LETTERS),
    (f"2026-01-01T00:00:00+00:00 app[web.1]: SECRET_KEY={LETTERS}", LETTERS),
    (f"Set SECRET_KEY to '{LETTERS}'", LETTERS),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    shown = mask(text)
    assert secret not in shown
    assert secret[:4] not in shown
    assert "****" in shown


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_masking_twice_changes_nothing(text: str, secret: str) -> None:
    assert mask(mask(text)) == mask(text)
    assert secret not in mask(mask(text))


HARMLESS = [
    'SECRET_KEY = os.environ["SECRET_KEY"]',
    "SECRET_KEY = os.environ.get('SECRET_KEY')",
    "SECRET_KEY = config('SECRET_KEY')",
    'SECRET_KEY = env("SECRET_KEY")',
    "SECRET_KEY = env.str('SECRET_KEY')",
    'SECRET_KEY = ""',
    "SECRET_KEY = None",
    "KeyError: 'SECRET_KEY'",
    "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.",
    "decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default.",
    "Set SECRET_KEY config vars by user name@example.com",
    "export SECRET_KEY=$(cat key)",
    "SECRET_KEY: ${SECRET_KEY}",
    "heroku config:set SECRET_KEY=...",
    'FATAL:  password authentication failed for user "u1"',
    "fe_sendauth: no password supplied",
    "AUTH_PASSWORD_VALIDATORS = [",
    "    {'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator'},",
    "path('password_reset/', views.password_reset, name='password_reset'),",
    "max_tokens=256",
    "tokenizer = Tokenizer(num_words=5000)",
    "tokens = text.split()",
    "token: str",
    "password: str | None = None",
    "def login(user, password):",
    "password = request.POST['password']",
    "api_key = settings.API_KEY",
    "keyboard = 'qwerty'",
    "DATABASES = {'default': dj_database_url.config(conn_max_age=600)}",
    "postgres://localhost:5432/app",
    "postgresql://app@db.internal/app",
    "git@github.com:acme/app.git",
    "https://github.com/acme/app.git",
    "https://myapp-1234567890ab.herokuapp.com/predict?page=2",
    (
        'at=error code=H12 desc="Request timeout" request_id=8601b555-6a83-4c12-8269-97c8e32cdb22 '
        'fwd="17.17.17.17" dyno=web.1 connect=0ms service=30000ms status=503 bytes=0'
    ),
    "commit 3f2c1b9e8d7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Collecting sklearn-pandas==1.0 (from -r requirements.txt (line 3))",
    "ERROR: No matching distribution found for tensorflow==2.15.1",
    (
        "WARNING:tensorflow:5 out of the last 5 calls to <function Model.make_predict_function> "
        "triggered tf.function retracing."
    ),
    "ModuleNotFoundError: No module named 'secrets_manager'",
    "Traceback (most recent call last):",
    "[CRITICAL] WORKER TIMEOUT (pid:13)",
    "Forbidden (CSRF token missing.): /predict/",
    "Forbidden (CSRF token from POST incorrect.): /predict/",
    "{% csrf_token %}",
    '<input type="password" name="password">',
    "SESSION_COOKIE_SECURE = True",
    "ssh-rsa is not a secret here",
    "",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left(text: str) -> None:
    assert mask(text) == text


def test_what_surrounds_a_secret_is_kept() -> None:
    assert mask(f"postgres://u1:{LETTERS}@host:5432/d1") == "postgres://u1:****@host:5432/d1"
    assert mask(f"SECRET_KEY = '{LETTERS}'  # here") == "SECRET_KEY = '****'  # here"
    assert mask(f"A=1 API_TOKEN={LETTERS} B=2") == "A=1 API_TOKEN=**** B=2"
    assert (
        mask(f'{{"password": "{LETTERS}", "user": "me"}}') == '{"password": "****", "user": "me"}'
    )


def test_the_mask_tells_nothing_of_the_length() -> None:
    assert mask(f"TOKEN='{LETTERS}'") == mask(f"TOKEN='{LETTERS * 3}'")


def test_several_texts() -> None:
    assert mask_all(["a", f"TOKEN={LETTERS}"]) == ["a", "TOKEN=****"]


def test_a_long_line_takes_no_time() -> None:
    """No pattern may go back and forth over what others wrote."""
    for line in (
        "a" * 200_000,
        "secret_" * 30_000,
        "SECRET_KEY='" + "\\'" * 50_000,
        "a:" * 100_000,
        "https://" + "a" * 100_000,
        "eyJ" * 50_000,
    ):
        mask(line)


def test_log_lines_of_the_catalogue_are_left() -> None:
    lines = [line for entry in (*CATALOGUE, *SYMPTOMS) for line in entry.looks_like]
    assert mask_all(lines) == lines


def test_source_text_is_left() -> None:
    """Code about secrets holds none."""
    for module in ("options", "launch"):
        source = (ROOT / f"src/wherry/django/server/{module}.py").read_text()
        assert mask(source) == source
