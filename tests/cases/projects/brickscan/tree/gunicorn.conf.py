import threading

wsgi_app = "brickscan.wsgi:application"
workers = 1  # one TensorFlow is all that fits, whatever WEB_CONCURRENCY says
threads = 4
timeout = 25
keepalive = 95
accesslog = "-"


def post_fork(server, worker):
    def warm():
        from bricks.engine import model

        model()

    threading.Thread(target=warm, name="warm-up", daemon=True).start()
