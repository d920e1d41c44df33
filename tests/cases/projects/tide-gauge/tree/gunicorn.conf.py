# Fir routes over IPv6
import os

bind = f"[::]:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", 2))
worker_class = "uvicorn_worker.UvicornWorker"
keepalive = 95
accesslog = "-"
