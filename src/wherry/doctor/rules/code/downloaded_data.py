"""Data that packages download when they are used: NLTK's corpora, pretrained weights."""

import ast
from collections.abc import Iterator
from typing import Final

from wherry.causes.cause import Severity
from wherry.doctor.rule import Context, Rule, found
from wherry.doctor.rules.code import places, usage
from wherry.doctor.rules.code.model_files import SITE, site_loads
from wherry.findings import Finding
from wherry.project.code.indexing import argument
from wherry.project.code.loads import Anchor, Library

_NEEDS: Final = {
    "nltk.tokenize.word_tokenize": "punkt",
    "nltk.word_tokenize": "punkt",
    "nltk.tokenize.sent_tokenize": "punkt",
    "nltk.sent_tokenize": "punkt",
    "nltk.corpus.stopwords.words": "stopwords",
    "nltk.stem.WordNetLemmatizer": "wordnet",
    "nltk.stem.wordnet.WordNetLemmatizer": "wordnet",
    "nltk.WordNetLemmatizer": "wordnet",
    "nltk.pos_tag": "averaged_perceptron_tagger",
    "nltk.sentiment.SentimentIntensityAnalyzer": "vader_lexicon",
    "nltk.sentiment.vader.SentimentIntensityAnalyzer": "vader_lexicon",
}


def _nltk(context: Context) -> Iterator[Finding]:
    if _provided(context):
        return
    code = context.project.code
    seen: set[str] = set()
    for source in usage.sources(context, "nltk"):
        downloads = "nltk.download" in source.text or "from nltk import download" in source.text
        for call in source.index.calls:
            name = source.resolve(call.node.func)
            resource: object = _NEEDS.get(name)
            if name == "nltk.download":
                first = argument(call.node, 0, "info_or_id")
                resource = first.value if isinstance(first, ast.Constant) else None
            if not isinstance(resource, str) or resource in seen:
                continue
            if not code.reach.of(source, call) & SITE or (downloads and name != "nltk.download"):
                continue
            seen.add(resource)
            yield found(
                "nltk-data-missing",
                source.at(call.node),
                severity=Severity.WARNING if downloads else Severity.ERROR,
                values={"resource": resource, "code_file": source.path},
            )


def _provided(context: Context) -> bool:
    """Whether the build brings the data: nltk.txt, a folder, an image's step, a hook."""
    project = context.project
    if project.files.deployed(project.at_base("nltk.txt")) is not None:
        return True
    if any("nltk_data/" in path for path in project.files.paths):
        return True
    for name in ("bin/post_compile", "build.sh", "render-build.sh"):
        text = project.text(project.at_base(name))
        if text is not None and "nltk" in text.content:
            return True
    if any("nltk" in service.build_command for service in project.services):
        return True
    dockerfile = project.dockerfile
    return dockerfile is not None and any("nltk" in step.text for step in dockerfile.named("RUN"))


def _pretrained(context: Context) -> Iterator[Finding]:
    for load in site_loads(context):
        if load.library is Library.KERAS_APPLICATIONS:
            remote = load.model is None or load.model.anchor is Anchor.REMOTE
        elif load.library in (Library.TRANSFORMERS, Library.TENSORFLOW_HUB, Library.ULTRALYTICS):
            remote = load.model is not None and load.model.anchor is Anchor.REMOTE
            remote = remote or (load.model is None and load.call == "transformers.pipeline")
        else:
            continue
        if remote and not _in_image(context):
            yield found(
                "pretrained-weights-downloaded",
                places.of_load(load),
                values={"call": load.quote[:80], "code_file": load.path},
            )


def _in_image(context: Context) -> bool:
    """Whether an image's build may have fetched them already."""
    dockerfile = context.project.dockerfile
    return dockerfile is not None and any(
        "python" in step.text and "collectstatic" not in step.text and "pip" not in step.text
        for step in dockerfile.named("RUN")
    )


NLTK: Final = Rule("nltk-data", ("nltk-data-missing",), _nltk)
PRETRAINED: Final = Rule("pretrained-weights", ("pretrained-weights-downloaded",), _pretrained)
