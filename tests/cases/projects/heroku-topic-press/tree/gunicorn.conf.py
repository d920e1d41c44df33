import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", 2))
threads = 4
timeout = 25
# longer than the router's 90 s
keepalive = 95
max_requests = 2000
max_requests_jitter = 200
accesslog = "-"
