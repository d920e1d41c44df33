"""``wherry serve``: a supervisor that imports next to nothing, and workers on granian."""
