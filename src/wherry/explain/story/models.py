"""A model that is not what it should be, settled by what else the log tells."""

from wherry.causes.cause import Severity
from wherry.explain.story.draft import Draft
from wherry.explain.story.scene import Scene
from wherry.findings import Evidence, How, Role

_SEVERAL = 3
_NEAR_LINES = 5


def settle(scene: Scene) -> None:
    """Tell a pointer from a damaged file, a module of the project from one of others."""
    for record in scene.ledger.of("file-signature-not-found"):
        if scene.draft("git-lfs-pointer", "model-file-corrupt", "model-download-refused"):
            break
        downloaded = scene.ledger.first("~downloads") is not None
        scene.symptom_draft(record.name, record, "model-file-corrupt" if downloaded else "")
    _refused(scene)
    _native(scene)
    _old_estimators(scene)
    _in_requests(scene)
    _start_module(scene)
    _no_app(scene)
    _weights(scene)
    _static(scene)


def _refused(scene: Scene) -> None:
    """The same refusal without its traceback does not say again that a model was asked for."""
    refused = scene.draft("model-download-refused")
    service = scene.draft("third-party-service")
    if refused is None or service is None:
        return
    if service.record.event.text == refused.record.event.text:
        refused.shows(service.record, "and again")
        scene.drop("third-party-service")


def _in_requests(scene: Scene) -> None:
    """A server that trains, or loads the same file again and again, does so for each request."""
    serves = scene.ledger.first("~listens", "~booting-worker", "~listens-locally")
    trains = scene.ledger.first("~trains")
    if serves is not None and trains is not None and trains.last > serves.number:
        scene.add("training-in-request", trains, values={})
    loads = scene.ledger.first("~loads-model")
    if loads is None or serves is None:
        return
    workers = scene.ledger.first("~booting-worker")
    started = 1 if workers is None else workers.count
    paths = [values.get("model", "") for _, values in loads.seen]
    often = max(paths, key=paths.count)
    if paths.count(often) >= _SEVERAL and paths.count(often) > started:
        scene.add("model-loaded-per-request", loads, values={"model": often})


def _only_printed(draft: Draft) -> bool:
    """TensorFlow prints it several times while it is imported, without a traceback, and goes on."""
    event = draft.record.event
    printed = draft.record.count > 1 and "GetPrototype" in event.text
    return printed and not event.frames


def _old_estimators(scene: Scene) -> None:
    """scikit-learn warns of a pickle of another release, which often works all the same."""
    warned = scene.ledger.first("~old-estimator")
    if warned is None:
        return
    failed = scene.draft("pickle-version-mismatch")
    if failed is not None:
        failed.shows(warned, "scikit-learn warned")
        failed.values.setdefault("package", "scikit-learn")
        return
    suspect = any(
        "/sklearn/" in frame.path
        for event in scene.unknown.exceptions
        for frame in event.frames
        if event.number > warned.number
    )
    draft = scene.add("pickle-version-mismatch", warned, sure=False)
    draft.values["package"] = "scikit-learn"
    draft.role = Role.FIRST if suspect else Role.NOISE


def _native(scene: Scene) -> None:
    """numpy and TensorFlow end with words that fit several causes, where another one was plain."""
    vague = scene.draft("numpy2-abi")
    plain = scene.draft("numpy-api-too-old")
    if vague is not None and plain is not None and not vague.sure:
        scene.drop("numpy2-abi")
    if vague is not None and plain is not None and vague.sure and vague.number < plain.number:
        vague.shows(plain.record, "what followed from it")
        scene.drop("numpy-api-too-old")
    protobuf = scene.draft("protobuf-too-new")
    serves = scene.ledger.first("~listens", "~listens-locally") is not None
    failed = scene.ledger.first("~app-crash", "~answered-500") is not None
    if protobuf is not None and serves and not failed and _only_printed(protobuf):
        protobuf.role = Role.NOISE
    record = scene.ledger.first("~no-tensorflow")
    if record is not None and scene.breaks() is None:
        scene.add("tf-install-broken", record, sure=False)


def _start_module(scene: Scene) -> None:
    """The module that the start command names is no package to install."""
    command = scene.ledger.first("~start-command")
    if command is None:
        return
    told = command.values.get("command", "").replace(":", " ").split()
    for draft in scene.drafts:
        module = draft.values.get("module", "")
        if draft.name != "dependency-not-in-requirements" or not module:
            continue
        if draft.record.event.frames:
            continue
        if any(word == module or word.startswith(f"{module}.") for word in told[1:]):
            draft.name = "wsgi-module-not-found"


def _no_app(scene: Scene) -> None:
    """uWSGI ends with the same words for a module, a name in it, and an error inside it."""
    record = scene.ledger.first("~no-app")
    if record is None:
        return
    near = [draft for draft in scene.drafts if 0 < record.number - draft.number <= _NEAR_LINES]
    for draft in near:
        if draft.name == "dependency-not-in-requirements" and not draft.record.event.frames:
            draft.name = "wsgi-module-not-found"
    raised = any(event.number < record.number for event in scene.unknown.exceptions)
    if not near and not raised:
        scene.add("wsgi-attribute-not-found", record)


def _weights(scene: Scene) -> None:
    """What made a slug large, where the build says it."""
    slug = scene.draft("slug-too-large")
    warned = scene.ledger.first("~slug-warning")
    if slug is None and warned is not None:
        slug = scene.add("slug-too-large", warned)
        slug.severity = Severity.WARNING
    cuda = scene.ledger.first("~torch-cuda")
    if slug is None or cuda is None:
        return
    torch = any("torch" in values.get("wheel", "") for _, values in cuda.seen)
    slug.alternatives = ("torch-cuda-wheels" if torch else "gpu-tensorflow-on-cpu-dyno",)
    slug.settled_by = "the build downloads CUDA libraries, which no host without GPUs needs"
    slug.evidence.append(
        Evidence("large CUDA wheels in the build", cuda.count, How.READ, unit="wheels")
    )


def _static(scene: Scene) -> None:
    """One missing picture is a slip; several files, or the admin's, are not served at all."""
    record = scene.ledger.first("~static-404")
    if record is None or scene.draft("static-manifest-missing", "static-reference-broken"):
        return
    paths = {values.get("path", "") for _, values in record.seen}
    if len(paths) >= _SEVERAL or any(path.startswith("/static/admin/") for path in paths):
        scene.add("no-whitenoise-static", record, values={})
