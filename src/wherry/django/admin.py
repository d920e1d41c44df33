"""The admin's page of the served models: how they are in every process, and what may be done."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from wherry.bundle.manifest import MANIFEST
from wherry.django.changing import Changing, changing, complete
from wherry.django.models import ServedModel
from wherry.errors import WherryError
from wherry.platforms.heroku import MIB
from wherry.serving.changes.order import Order, Verb
from wherry.serving.version_folder import versions_in
from wherry.serving.watchman import describe

SUFFIXES: Final = (".tflite", ".onnx")
# More is no list to choose from.
MAX_CHOICES: Final = 100
ORDERS_SHOWN: Final = 10
CHANGELIST: Final = "wherry_servedmodel_changelist"
TEMPLATE: Final = "admin/wherry/served_models.html"


# Django's class takes no parameter when it runs, only when types are checked.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[ServedModel]
else:
    _ModelAdmin = admin.ModelAdmin


@admin.register(ServedModel)
class ServedModelAdmin(_ModelAdmin):
    """One page: the list. Who has the change permission may swap, promote, label and retire."""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's
        """Rows of a table are not added: there is none."""
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002
        obj: ServedModel | None = None,  # noqa: ARG002 - Django's
    ) -> bool:
        """Nor deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Return the page and what its buttons post to; there are no pages of single rows."""
        return [
            path("", self.admin_site.admin_view(self.changelist_view), name=CHANGELIST),
            path("order/", self.admin_site.admin_view(self.order_view), name="wherry_order"),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """Show the models in every process of this server."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        current = changing()
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "title": "Served models",
            "opts": self.opts,
            "may_change": self.has_change_permission(request) and current.ledger is not None,
            "reaches_all": current.ledger is not None,
            "processes": _processes(current),
            "choices": _choices(current),
            "orders": _orders(current),
        }
        return TemplateResponse(request, TEMPLATE, context)

    def order_view(self, request: HttpRequest) -> HttpResponse:
        """Take an order from one of the page's buttons."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                order = _give(changing(), request)
            except WherryError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, f"Asked for: {order.sentence()}. See below for the end.")
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{CHANGELIST}"))


def _give(current: Changing, request: HttpRequest) -> Order:
    """Write the order that a form asks for.

    Raises:
        WherryError: it asks for something that cannot be.
    """
    if current.ledger is None:
        raise WherryError("Only one of the server's processes would hear of a change.")
    form = request.POST
    name, chosen = form.get("model", ""), form.get("path", "")
    if chosen and chosen not in _choices(current).get(name, ()):
        # Whoever may change a model may choose among those beside it, not any file of the host.
        raise WherryError(f"{chosen!r} is not among the models beside {name!r}.")
    current.repository.get(name)
    try:
        verb = Verb(form.get("verb", ""))
    except ValueError:
        raise WherryError("That is nothing that can be asked of a model.") from None
    order = Order(
        verb,
        name,
        path=Path(chosen) if chosen else None,
        version=form.get("version") or None,
        label=form.get("label") or None,
        asked_by=request.user.get_username()[:80],
    )
    return current.ledger.append(complete(order))


def _processes(current: Changing) -> list[dict[str, Any]]:
    statuses: Mapping[int, Mapping[str, Any]] = {current.pid: describe(current.repository)}
    if current.ledger is not None:
        statuses = current.ledger.statuses() or statuses
    return [
        {
            "pid": pid,
            "mib": _mib(status.get("anonymous_bytes")),
            "models": [
                {
                    **model,
                    "mib": _mib(model.get("anonymous_bytes")),
                    "percent": round(100 * model.get("progress_ratio", 0)),
                }
                for model in status.get("models", ())
            ],
        }
        for pid, status in sorted(statuses.items())
    ]


def _mib(size_bytes: float | None) -> int | None:
    return None if size_bytes is None else round(size_bytes / MIB)


def _choices(current: Changing) -> dict[str, list[str]]:
    """Return, for each model, what stands beside it and may be loaded in its place."""
    return {
        name: [str(found) for found in _beside(model.options.path)]
        for name, model in current.repository.models.items()
    }


def _beside(place: Path) -> list[Path]:
    versions = versions_in(place)
    if versions:
        return [versions[name] for name in sorted(versions, key=int)][-MAX_CHOICES:]
    try:
        siblings = sorted(place.absolute().parent.iterdir())
    except OSError:
        return []
    return [each for each in siblings if _is_model(each)][:MAX_CHOICES]


def _is_model(found: Path) -> bool:
    if found.suffix.lower() in SUFFIXES:
        return found.is_file()
    return (found / MANIFEST).is_file() or (found / "saved_model.pb").is_file()


def _orders(current: Changing) -> list[dict[str, Any]]:
    """Return the last orders, the latest first, with what became of each."""
    if current.ledger is None:
        return []
    shown = []
    for serial in reversed(current.ledger.serials()[-ORDERS_SHOWN:]):
        try:
            order = current.ledger.order(serial)
        except WherryError:
            continue
        results = sorted(current.ledger.results(serial).items())
        shown.append({"sentence": order.sentence(), "asked_by": order.asked_by, "results": results})
    return shown
