"""Which settings run: dev unless ENVIRONMENT says production, as the Procfile does."""

import os

if os.environ.get('ENVIRONMENT') == 'production':
    from .production import *  # noqa: F401,F403
else:
    from .dev import *  # noqa: F401,F403
