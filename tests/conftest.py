"""Settings that all tests share."""

import os
import tempfile

# The dense matrices here are small: threads of a BLAS only wait for each other. Read when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import settings

# The same examples in every run: a failure can be repeated, and a slow machine is not one.
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("repeatable")


def pytest_configure(config):
    """Give matplotlib a folder of its own: settings, or a list of fonts from elsewhere, would change pictures."""
    if hasattr(config, "workerinput"):
        return  # workers inherit the folder
    folder = tempfile.TemporaryDirectory(prefix="matplotlib-")
    config.add_cleanup(folder.cleanup)
    os.environ["MPLCONFIGDIR"] = folder.name
