#!/bin/sh
set -eu
# The volume is only there on the machine, not in a release command.
mkdir -p "$DATA_DIR/media"
python manage.py migrate --noinput
exec gunicorn tidepool.wsgi --bind "[::]:8080" --workers 1 --threads 4
