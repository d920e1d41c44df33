"""git push: what is refused before anything is built."""

from wherry.signatures.conditions import said_by
from wherry.signatures.signature import sees

SIGNATURES = (
    *sees(
        "git-file-too-large",
        r"File (?P<file>\S.{0,300}?) is [\d.]+ .?B; this exceeds .{1,40} file size limit",
        # As a warning it only recommends less; the push goes through.
        r"error: GH001: Large files detected",
        r"attempting to check in one or more (?:blobs|files) which exceed the .{1,20} limit",
        r"RPC failed; HTTP 413",
        r"Your push (?:exceeds|exceeded) the .{1,20} limit",
        r"this exceeds GitHub's file size limit of",
        r"remote: fatal: pack exceeds maximum allowed size",
        r"fatal: pack exceeds maximum allowed size",
    ),
    *sees(
        "git-lfs-quota",
        r"This repository is over its data quota",
        r"should purchase more data packs to restore access",
        r"This repository exceeded its LFS budget",
    ),
    *sees(
        "git-lfs-unsupported-remote",
        r"info/lfs/objects/batch.{0,20} from HTTP 404",
        r"git\.heroku\.com/\S+/info/lfs.{0,200}(?:not found|404|locks)",
        r"Remote .{1,60} does not support the (?:Git )?LFS locking API.{0,200}heroku",
        r"Fatal error: Server error: https://git\.heroku\.com/\S+/info/lfs\S*",
        r"batch response: Repository or object not found: https://git\.heroku\.com\S*",
        r"batch response: Fatal error: .{0,40}git\.heroku\.com",
    ),
    *sees(
        "pushed-branch-not-built",
        r"Pushed to non-(?:main|master) branch, skipping build",
        r"Pushed to branch other than \[?(?:main|master).{0,40}skipping build",
        r"Push to non-(?:main|master).{0,40}(?:skipping|not building)",
        r"deploy did not complete, you must push to \S+",
        r"deploy did not complete: ref .{1,80} is not the deploy branch",
    ),
    *sees(
        "venv-committed",
        r"Existing '(?P<folder>\.venv|venv|\.heroku/python)/?' directory found",
    ),
    *sees(
        "account-or-billing",
        r"verify your account by adding payment",
        r"dynos is limited to customers with an established payment history",
        r"Cannot update to more than \d+ \w+ dynos per process type",
        r"(?:Please|To) .{0,60}verify your account .{0,80}(?:payment|credit card)",
        r"You've (?:reached|hit) the .{0,40}limit of .{0,60}(?:apps|dynos|services)",
        r"trial has ended.{0,80}(?:add a credit card|upgrade)",
        r"Your trial has expired",
        r"To deploy .{0,60}please add a (?:credit card|payment method)",
        r"requires a (?:credit card|payment method)",
        r"We need your payment information to continue",
        r"(?:Billing|billing) account .{0,80}(?:disabled|not found|closed|is not open)",
        r"This API method requires billing to be enabled",
        r"app has been suspended",
        r"Account suspended",
        r"Service suspended by owner",
        r"reached the concurrent builds limit for your account",
        r"Item could not be modified: .{0,40}Verification required",
    ),
    *sees(
        "pushed-branch-not-built",
        r"error: src refspec (?:main|master) does not match any",
        when=said_by("build"),
    ),
)
