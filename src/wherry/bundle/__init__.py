"""The model bundle: one folder, one servable model, with a readable manifest."""

from wherry.bundle.folder import Bundle, Warmup, open_bundle, write_bundle
from wherry.bundle.manifest import MANIFEST

__all__ = ["MANIFEST", "Bundle", "Warmup", "open_bundle", "write_bundle"]
