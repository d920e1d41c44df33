"""The trees are other people's projects: their tests are not ours."""

collect_ignore_glob = ["*/tree/*"]
