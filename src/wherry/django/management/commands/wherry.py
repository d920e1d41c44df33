"""``manage.py wherry list | check | predict``, and what tells a running server to change."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from django.core.management.base import BaseCommand, CommandError

from wherry.django.management import changes, jobs
from wherry.django.registry import get_model, repository
from wherry.errors import WherryError
from wherry.serving.loading import open_named
from wherry.serving.model import ServedModel
from wherry.tensors import VARIABLE, TensorSpec

# A file given on the command line is the developer's own; this only catches a wrong path.
MAX_INPUT_BYTES = 2**30


class Command(BaseCommand):
    """Look at the models of this project without a server; change those of a running one."""

    help = "List the models, check them, ask one of them, or change those of a running server."

    # A model that cannot be served is what somebody may be about to change; who needs one that can
    # be is told by the verb itself.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="name, runtime and signatures of each model")
        listing.add_argument("--json", action="store_true", help="print JSON")
        verbs.add_parser("check", help="verify every file and load every model once")
        predict = verbs.add_parser("predict", help="ask a model")
        predict.add_argument("model")
        predict.add_argument(
            "input", type=Path, help="a .json file of inputs by name, or a .npy or .npz file"
        )
        predict.add_argument("--signature")
        changes.add_verbs(verbs)
        jobs.add_verb(verbs)

    def handle(self, *_: Any, **options: Any) -> None:
        """Run the verb; Wherry's errors become sentences."""
        try:
            match options["verb"]:
                case "list":
                    self._list(as_json=options["json"])
                case "check":
                    self._check()
                case "predict":
                    self._predict(options["model"], options["input"], options["signature"])
                case "worker":
                    jobs.work(self.stderr.write, interval_s=options["interval"])
                case _:
                    changes.handle(options, self.stdout.write)
        except WherryError as error:
            raise CommandError(str(error)) from error

    def _list(self, *, as_json: bool) -> None:
        rows = [_describe(model) for model in repository().models.values()]
        if as_json:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        if not rows:
            self.stdout.write("WHERRY names no model.")
        for row in rows:
            self.stdout.write(f"{row['name']}  {row['runtime']}  version {row['version']}")
            for name, signature in row["signatures"].items():
                inputs = ", ".join(signature["inputs"])
                outputs = ", ".join(signature["outputs"])
                self.stdout.write(f"  {name}: {inputs} -> {outputs}")

    def _check(self) -> None:
        failed = 0
        for model in repository().models.values():
            try:
                model.load()
            except WherryError as error:
                failed += 1
                self.stderr.write(f"{model.name}: {error}")
            else:
                size_mib = (model.anonymous_bytes or 0) / 2**20
                self.stdout.write(
                    f"{model.name}: whole, unchanged, loads in {model.load_s or 0:.2f} s "
                    f"with {size_mib:.0f} MiB of anonymous memory, and answers."
                )
        if failed:
            raise CommandError(f"{failed} of {len(repository().models)} models cannot be served.")

    def _predict(self, name: str, path: Path, signature: str | None) -> None:
        answer = get_model(name).predict(_read_inputs(path), signature=signature)
        self.stdout.write(
            orjson.dumps(
                answer, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_INDENT_2
            ).decode()
        )


def _describe(model: ServedModel) -> dict[str, Any]:
    bundle = open_named(model.options, hashes=False)
    if bundle.signatures is None:
        model.load()  # only the runtime can read a bare model's signatures
    return {
        "name": model.name,
        "runtime": bundle.runtime,
        "version": bundle.version,
        "path": str(bundle.path),
        "signatures": {
            name: {
                "inputs": [_show(spec) for spec in signature.inputs],
                "outputs": [_show(spec) for spec in signature.outputs],
            }
            for name, signature in (bundle.signatures or model.signatures).items()
        },
    }


def _show(spec: TensorSpec) -> str:
    if spec.shape is None:
        return f"{spec.name} {spec.datatype} of any shape"
    sizes = ", ".join("any" if size == VARIABLE else str(size) for size in spec.shape)
    return f"{spec.name} {spec.datatype}[{sizes}]"


def _read_inputs(path: Path) -> Any:
    try:
        if path.stat().st_size > MAX_INPUT_BYTES:
            raise CommandError(f"{path} is larger than {MAX_INPUT_BYTES} bytes.")
        if path.suffix == ".npy":
            return np.load(path, allow_pickle=False)
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return dict(arrays)
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CommandError(f"{path} is neither JSON nor a numpy file: {error}.") from error


def _plain(value: Any) -> Any:
    """Return what orjson cannot write itself: strings as text, other arrays as lists."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON")
