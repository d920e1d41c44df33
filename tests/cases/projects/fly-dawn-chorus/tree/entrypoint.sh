#!/bin/sh
set -e
# A release_command runs on a machine without the volume, so migrate here.
mkdir -p "$DATA_DIR/media"
python manage.py migrate --noinput
exec "$@"
