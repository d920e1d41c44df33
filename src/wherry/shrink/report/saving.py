"""Write the report's two files: ``report.json`` and ``report.html``."""

import json
from pathlib import Path

from wherry.errors import ConfigurationError
from wherry.shrink.records import ShrinkReport
from wherry.shrink.report.document import to_dict
from wherry.shrink.report.html import to_html


def save(report: ShrinkReport, folder: Path) -> str:
    """Write both into the folder, in place of earlier ones; return the JSON text.

    Raises:
        ConfigurationError: they cannot be written.
    """
    document = json.dumps(to_dict(report), indent=2, allow_nan=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.json").write_text(document + "\n", encoding="utf-8")
        (folder / "report.html").write_text(to_html(report), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"The report cannot be written to {folder}: {error}.") from None
    return document
