"""Settings that all tests share."""

from hypothesis import settings

# The same examples in every run: a failure can be repeated, and a slow machine is not one.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")
