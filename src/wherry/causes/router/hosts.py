"""Requests that Django refuses for where they come from or go to."""

from typing import Final

from wherry.causes import sources
from wherry.causes.cause import Cause, Check, Severity, edit

CAUSES: Final = (
    Cause(
        code="WH410",
        name="allowed-hosts",
        title="ALLOWED_HOSTS does not hold {host|the app's address}",
        severity=Severity.ERROR,
        why="With DEBUG off, Django answers 400 to every request whose Host header is not listed. "
        "Single requests for a bare address or a stranger's domain come from scanners and are "
        "rightly refused.",
        looks_like=(
            (
                "Invalid HTTP_HOST header: 'myapp-1234567890ab.herokuapp.com'. "
                "You may need to add 'myapp-1234567890ab.herokuapp.com' to "
                "ALLOWED_HOSTS."
            ),
            (
                "django.core.exceptions.DisallowedHost: Invalid HTTP_HOST "
                "header: 'myapp.onrender.com'."
            ),
            "Bad Request: /",
            "CommandError: You must set settings.ALLOWED_HOSTS if DEBUG is False.",
        ),
        remedies=(
            edit(
                "Read the hosts from the environment.",
                "{settings|settings.py}",
                'ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")',
                "heroku config:set ALLOWED_HOSTS={host|myapp-1234567890ab.herokuapp.com}",
                on="heroku",
            ),
            edit(
                "Add the host.",
                "{settings|settings.py}",
                'ALLOWED_HOSTS = ["{host|myapp.onrender.com}", "localhost"]',
            ),
        ),
        check=Check(
            "It answers to its name:", ("curl -I https://{host|myapp-1234567890ab.herokuapp.com}/",)
        ),
        sources=(sources.DJANGO_SETTINGS, sources.LOGS, sources.PROJECTS),
        related=(
            "allowed-hosts-star",
            "health-check-refused",
            "internet-scanners",
            "csrf-trusted-origins",
        ),
    ),
    Cause(
        code="WH411",
        name="csrf-trusted-origins",
        title="Forms are refused: their origin is not trusted{origin:: *|}",
        severity=Severity.ERROR,
        why="Since Django 4.0 a form's Origin header must match the host as Django sees it, or be "
        "listed with its scheme. Behind a router that ends TLS, Django sees http unless it is "
        "told of the router's header.",
        looks_like=(
            (
                "Forbidden (Origin checking failed - "
                "https://myapp.up.railway.app does not match any trusted "
                "origins.): /predict/"
            ),
            "Forbidden (CSRF cookie not set.): /predict/",
        ),
        remedies=(
            edit(
                "List it, with its scheme.",
                "{settings|settings.py}",
                'CSRF_TRUSTED_ORIGINS = ["{origin|https://myapp.up.railway.app}"]',
            ),
            edit(
                "And believe the router's header.",
                "{settings|settings.py}",
                'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
            ),
            edit(
                "For a JSON interface without cookies, exempt that one view.",
                "{code_file|views.py}",
                "@csrf_exempt",
                needs="a view that checks by other means who asks",
            ),
        ),
        check=Check("A form can be sent:", ("python manage.py check --deploy",)),
        sources=(sources.DJANGO_SETTINGS, sources.DJANGO_SECURITY),
        related=("allowed-hosts", "ssl-redirect-without-proxy-header"),
    ),
    Cause(
        code="WH412",
        name="ssl-redirect-without-proxy-header",
        title="SECURE_SSL_REDIRECT without SECURE_PROXY_SSL_HEADER: an endless redirect",
        severity=Severity.ERROR,
        why="The host's router ends TLS and speaks plain HTTP to the app. Django takes every "
        "request for insecure and redirects it to where it came from.",
        looks_like=('"GET / HTTP/1.1" 301 0', "ERR_TOO_MANY_REDIRECTS"),
        remedies=(
            edit(
                "Tell Django which header says so.",
                "{settings|settings.py}",
                'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")',
            ),
        ),
        check=Check(
            "One redirect at most:",
            ("curl -sIL --max-redirs 3 https://{host|myapp.herokuapp.com}/",),
        ),
        sources=(sources.DJANGO_SETTINGS, sources.HEROKU_ROUTING, sources.PROJECTS),
        related=("csrf-trusted-origins", "health-check-refused", "cookies-without-secure"),
    ),
)
