"""What a setup.py or setup.cfg asks for, as far as it is written down as it stands."""

import ast
import configparser

from wherry.project.code.parsing import SyntaxProblem
from wherry.project.code.parsing import parse as parse_code
from wherry.project.requirements.pep508 import NotARequirement, Place, parse
from wherry.project.requirements.requirement import Requirement
from wherry.project.texts import Text


def read_setup_py(text: Text) -> list[Requirement] | None:
    """Return ``install_requires`` of a setup.py; None where it is computed."""
    tree = parse_code(text.content)
    if isinstance(tree, SyntaxProblem):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            try:
                wishes = ast.literal_eval(node.value)
            except (ValueError, TypeError):
                return None
            return _parsed(text, wishes)
    return None


def read_setup_cfg(text: Text) -> list[Requirement] | None:
    """Return ``install_requires`` of a setup.cfg; None where it has none."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text.content)
    except configparser.Error:
        return None
    wishes = parser.get("options", "install_requires", fallback=None)
    return None if wishes is None else _parsed(text, wishes.split("\n"))


def _parsed(text: Text, wishes: object) -> list[Requirement] | None:
    if not isinstance(wishes, list | tuple):
        return None
    found = []
    for wish in wishes:
        if not isinstance(wish, str) or not wish.strip() or wish.strip().startswith("#"):
            continue
        place = Place(text.path, text.line_of(wish.strip()) or 1)
        try:
            found.append(parse(wish.strip(), place))
        except NotARequirement:
            return None
    return found
