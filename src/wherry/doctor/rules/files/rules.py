"""Every rule over files and configuration."""

from typing import Final

from wherry.doctor.rule import Rule
from wherry.doctor.rules.files import (
    abandoned_packages,
    apache,
    buildpacks,
    health,
    line_endings,
    listening,
    lock_out_of_date,
    old_gunicorn,
    other_processes,
    package_managers,
    project_not_at_root,
    pushed_files,
    python_unpinned,
    python_version_asked,
    python_version_files,
    requirements_file,
    served_module,
    server_habits,
    settings_module,
    start_programs,
    web_process,
)

RULES: Final[tuple[Rule, ...]] = (
    *python_version_files.RULES,
    python_version_asked.RULE,
    python_unpinned.RULE,
    *package_managers.RULES,
    project_not_at_root.RULE,
    lock_out_of_date.RULE,
    *requirements_file.RULES,
    *abandoned_packages.RULES,
    *buildpacks.RULES,
    *pushed_files.RULES,
    *web_process.RULES,
    *start_programs.RULES,
    old_gunicorn.RULE,
    *served_module.RULES,
    settings_module.RULE,
    line_endings.RULE,
    *listening.RULES,
    *server_habits.RULES,
    *other_processes.RULES,
    health.RULE,
    apache.RULE,
)
