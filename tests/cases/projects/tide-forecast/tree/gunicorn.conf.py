import os

# 0.0.0.0:$PORT is gunicorn's own default where PORT is set
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = 2
timeout = 25
keepalive = 100
preload_app = False
