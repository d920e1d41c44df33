"""The site in a worker: import its application, run Wherry's checks, load its models."""

import os
import sys
import traceback
from importlib import import_module
from typing import Any

from wherry.django.server.handover import Application
from wherry.errors import ConfigurationError


def import_app(target: str) -> Application:
    """Import ``module:attribute``, looking in the current folder first.

    Raises:
        ConfigurationError: it cannot be imported or is no WSGI application.
    """
    module_name, _, attribute = target.partition(":")
    folder = os.getcwd()  # noqa: PTH109
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise ConfigurationError(
                f"There is no module {error.name!r} in {folder} or among the installed packages. "
                "Start in the folder that holds manage.py, and name the module as in an import: "
                "wherry serve project.wsgi"
            ) from error
        raise ConfigurationError(_where(error, module_name)) from error
    except Exception as error:
        raise ConfigurationError(_where(error, module_name)) from error
    found: Any = module
    for name in attribute.split("."):
        found = getattr(found, name, None)
    if not callable(found):
        raise ConfigurationError(
            f"{module_name} has no WSGI application called {attribute!r}. Django's is made by "
            "application = get_wsgi_application(); another name is given as "
            f"{module_name}:name."
        )
    application: Application = found
    return application


def _where(error: BaseException, module_name: str) -> str:
    """Say what was raised and at which line of the site's own code."""
    frames = traceback.extract_tb(error.__traceback__)
    installed = (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), "<frozen")  # noqa: PTH120
    own = [
        frame
        for frame in frames
        if not frame.filename.startswith(installed) and frame.filename != __file__
    ]
    place = (own or frames)[-1]
    return (
        f"{module_name} cannot be imported: {type(error).__name__}: {error} "
        f"({place.filename}, line {place.lineno})"
    )


def has_models() -> bool:
    """Whether this is a Django site with wherry.django among its apps."""
    django_apps = sys.modules.get("django.apps")
    return bool(
        django_apps and django_apps.apps.ready and django_apps.apps.is_installed("wherry.django")
    )


# What a model's folder may have become since the server started. Processes that run still answer,
# and the model says to its callers what is wrong with it.
CHANGED_SINCE = ("wherry.E002", "wherry.E003", "wherry.E004")


def run_checks(*, first: bool = True) -> list[str]:
    """Run Wherry's system checks, which Django does not run under WSGI; return the warnings.

    They import the site's views, so that the first visitor does not wait for that. ``first``: no
    worker has served yet; later on a model whose files have gone bad is no reason to end.

    Raises:
        ConfigurationError: with the errors, one a line.
    """
    from django.core import checks

    try:
        found = checks.run_checks(tags=["wherry"], include_deployment_checks=True)
    except Exception as error:
        raise ConfigurationError(_where(error, "A module of the site")) from error
    heard = [message for message in found if not message.is_silenced()]
    ignored = () if first else CHANGED_SINCE
    errors = [_sentence(each) for each in heard if each.is_serious() and each.id not in ignored]
    if errors:
        raise ConfigurationError("\n".join(errors))
    return [_sentence(message) for message in heard if not message.is_serious()]


def _sentence(message: Any) -> str:
    hint = f" {message.hint}" if message.hint else ""
    return f"({message.id}) {message.msg}{hint}"
