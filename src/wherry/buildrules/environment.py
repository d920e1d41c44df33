"""The environment that the buildpack gives an app, and the scripts that set it in a dyno.

Source: bin/compile, vendor/WEB_CONCURRENCY.sh and vendor/python.gunicorn.sh of
heroku/heroku-buildpack-python v351.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from wherry.platforms import hosts
from wherry.platforms.hosts import MIB, Target

PYTHON: Final = ".heroku/python"
_PREFIX: Final = "Python buildpack: "
_NO_MEMORY: Final = (
    "Couldn't determine available memory. Skipping automatic configuration of WEB_CONCURRENCY."
)

# At the build: what every command of it sees beside the config vars that it may.
BUILD: Final[Mapping[str, str]] = MappingProxyType({"LANG": "en_US.UTF-8", "PYTHONUNBUFFERED": "1"})
# Of the config vars, pip is shown this one only.
SHOWN_TO_PIP: Final = ("PIP_EXTRA_INDEX_URL",)


def web_concurrency(memory_bytes: int, cpus: int) -> tuple[int, str]:
    """Return how many processes a web server is told to start, and what decides that."""
    each = hosts.get("heroku").fact("web_concurrency_process_mib").value
    by_memory = max(1, memory_bytes // (int(str(each)) * MIB))
    by_cpus = cpus * 2 + 1
    if by_memory < by_cpus:
        return by_memory, "the available memory"
    return by_cpus, "the number of CPU cores"


def profile_scripts(target: Target, manager: str, *, nltk: bool) -> dict[str, str]:
    """Return the scripts that a dyno sources before its command, by their names in .profile.d."""
    scripts = {"python.sh": _python(manager, nltk=nltk)}
    if "heroku-fir" not in target.families:
        scripts["python.gunicorn.sh"] = _gunicorn()
        scripts["WEB_CONCURRENCY.sh"] = _concurrency(target)
    return scripts


def _python(manager: str, *, nltk: bool) -> str:
    home = f"$HOME/{PYTHON}"
    tools = f"{home}/pipenv/bin:" if manager == "pipenv" else ""
    lines = [
        f'export PATH="{tools}{home}/bin:$PATH"',
        'export PYTHONUNBUFFERED="true"',
        f'export PYTHONHOME="{home}"',
        f'export LIBRARY_PATH="{home}/lib${{LIBRARY_PATH:+:$LIBRARY_PATH}}"',
        f'export LD_LIBRARY_PATH="{home}/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"',
        'export LANG="${LANG:-en_US.UTF-8}"',
        'export PYTHONPATH="${PYTHONPATH:-$HOME}"',
    ]
    if manager == "pip":
        lines.append('export PIP_DISABLE_PIP_VERSION_CHECK="1"')
    if nltk:
        lines.append(f'export NLTK_DATA="{home}/nltk_data"')
    return _script(lines)


def _gunicorn() -> str:
    return _script(
        [
            "export FORWARDED_ALLOW_IPS='*'",
            'export GUNICORN_CMD_ARGS="${GUNICORN_CMD_ARGS:---access-logfile -}"',
        ]
    )


def _concurrency(target: Target) -> str:
    """Return the script with the size's numbers in it.

    On the platform it reads them from the dyno's cgroup and from nproc, which tell of this
    machine where a dyno is only emulated.
    """
    memory, cpus = target.memory_bytes, target.visible_cpus
    if memory is None or cpus is None or target.platform.name != "heroku":
        # Newer hosts have no such cgroup: what Dokku's logs say.
        return _script([_say(_NO_MEMORY)])
    mib = memory // MIB
    count, reason = web_concurrency(memory, int(cpus))
    return _script(
        [
            _say(f"Detected {mib} MB available memory and {int(cpus)} CPU cores."),
            f'export DYNO_RAM="{mib}"',
            'if [ -n "${WEB_CONCURRENCY+set}" ]; then',
            "  "
            + _say("Skipping automatic configuration of WEB_CONCURRENCY since it's already set."),
            "else",
            f'  export WEB_CONCURRENCY="{count}"',
            '  export WEB_CONCURRENCY_SET_BY="heroku/python"',
            "  " + _say(f"Defaulting WEB_CONCURRENCY to {count} based on {reason}."),
            "fi",
        ]
    )


def _say(text: str) -> str:
    """Return the command that tells a web dyno's log."""
    return f'case "${{DYNO:-}}" in web.*) echo "{_PREFIX}{text}" >&2 ;; esac'


def _script(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
