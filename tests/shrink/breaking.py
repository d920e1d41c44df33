"""Runs in place of the process that measures: breaks as ``BREAKING`` says."""

import os
import signal
import sys

how = os.environ["BREAKING"]
if how == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
elif how == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif how == "hang":
    sys.stdin.readline()
    sys.stdin.readline()
else:
    sys.exit("a last word")
