"""A project that uses models from Python only."""

urlpatterns: list[object] = []
