"""What Heroku promises and enforces, as far as a server has to know it (read 2026-11-23)."""

from typing import Final

MIB: Final = 1024 * 1024

# Router 2.0 keeps a connection to a dyno for this long without a request; a server that closes
# it earlier races with the router's next request, which then fails as H13 or H18.
# Source: https://devcenter.heroku.com/articles/http-routing (2025-07-31).
ROUTER_IDLE_S: Final = 90

# From SIGTERM, sent to every process of the dyno, to SIGKILL (R12).
# Source: https://devcenter.heroku.com/articles/error-codes.
SHUTDOWN_GRACE_S: Final = 30


# Set by the Python buildpack to min(2 * cores + 1, memory / 256 MB) unless the owner set it;
# WEB_CONCURRENCY_SET_BY then tells that it was the buildpack (since v332, January 2026).
# Source: heroku/heroku-buildpack-python, vendor/WEB_CONCURRENCY.sh.
BUILDPACK: Final = "heroku/python"

# Shared dynos see all 8 CPUs of their host and no quota, but are promised one share for each
# 512 MB and may burst to four.
# Source: https://devcenter.heroku.com/articles/dyno-types (2024-06), "1x-4x compute".
SHARED_DYNO_MAX_BYTES: Final = 1024 * MIB
SHARED_DYNO_BYTES_PER_SHARE: Final = 512 * MIB
