"""Requests found in a project's code, without running it: what answers GET and changes nothing."""
