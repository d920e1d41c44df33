"""The repair plan as a fix: the Python first, then the fewest lines, all of it pinned."""

from wherry.dependencies.requirement import RequirementLine
from wherry.dependencies.resolution import Python, Repair
from wherry.doctor.rule import Context
from wherry.doctor.rules.dependencies.situation import changed, dotted
from wherry.findings import Change, Fix


def repair(context: Context) -> Fix | None:
    """Return the fix that makes everything install; None where there is none to compute.

    It is never a safe one: another version may behave differently, even where it installs.
    """
    plan = chosen(context)
    if plan is None or (not plan.moves and plan.python == context.python):
        return None
    edits: dict[RequirementLine, str | None] = {move.line: move.to for move in plan.moves}
    changes = list(changed(context.project, edits))
    if plan.python != context.python and (change := _python(context, plan.python)) is not None:
        changes.append(change)
    if not changes:
        return None
    return Fix(_text(plan, context), tuple(changes), safe=False)


def chosen(context: Context) -> Repair | None:
    """Return the repair that moves least."""
    repairs = () if context.resolution is None else context.resolution.repairs
    return repairs[0] if repairs else None


def plan_text(context: Context) -> str:
    """Return what each Python would take, in a sentence: ``3.11: 4 lines; 3.12: 6 lines``."""
    repairs = () if context.resolution is None else context.resolution.repairs
    return "; ".join(
        f"Python {dotted(item.python)}: {'' if item.pins else 'at least '}{len(item.moves)} "
        f"{'line' if len(item.moves) == 1 else 'lines'} to move"
        for item in repairs
    )


def _text(plan: Repair, context: Context) -> str:
    steps = []
    if plan.python != context.python:
        steps.append(f"pin Python {dotted(plan.python)}")
    for move in plan.moves:
        step = f"{move.line.text} to {move.to}" if move.to else f"{move.line.text} goes"
        steps.append(f"{step} ({move.unsafe})" if move.unsafe else step)
    return f"Repair the pins: {', '.join(steps)}"


def _python(context: Context, python: Python) -> Change | None:
    """Return the change of the file that pins the Python, or of a new one."""
    project = context.project
    asked = project.python_version
    path = asked.file or project.at_base(".python-version")
    name = path.rpartition("/")[2]
    if name not in (".python-version", "runtime.txt"):
        return None
    text = project.text(path)
    wanted = f"python-{dotted(python)}" if name == "runtime.txt" else dotted(python)
    return Change(path, None if text is None else text.content, f"{wanted}\n")
