# Gunicorn finds this file by itself.
bind = ["[::]:{}".format(__import__("os").environ.get("PORT", 5006))]
worker_class = "gthread"
threads = 5
max_requests = 10000
max_requests_jitter = 500
accesslog = "-"
