"""Sends reminders until it is told to end."""

import signal
import threading

ENDING = threading.Event()


def main():
    """Look every second who is to be reminded."""
    signal.signal(signal.SIGTERM, lambda *_: ENDING.set())
    print("Reminders begin.", flush=True)
    while not ENDING.wait(1):
        pass
    print("Reminders end.", flush=True)


if __name__ == "__main__":
    main()
