"""The dyno: a slug's processes under the platform's limits, and what becomes of them."""
