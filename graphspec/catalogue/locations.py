"""Folders that hold the files of datasets: local copies, and the cache of what was downloaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

DATA_VARIABLE = "GRAPHSPEC_DATA"
"""Environment variable that names folders with files of datasets, separated as in PATH."""

CACHE_VARIABLE = "GRAPHSPEC_CACHE"
"""Environment variable that names the folder of downloaded files, in place of the user's cache folder."""


def data_folders() -> tuple[Path, ...]:
    """Return the folders that are looked at first."""
    return tuple(Path(part) for part in os.environ.get(DATA_VARIABLE, "").split(os.pathsep) if part)


def cache_folder() -> Path:
    """Return the folder that files are downloaded to; it need not exist."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else user_cache_path("graphspec", appauthor=False)


def find_file(files: Sequence[str]) -> Path | None:
    """Return the first of some files that exists in a folder of data, or None.

    Parameters
    ----------
    files
        Paths relative to such a folder, in the order of preference.
    """
    return next((folder / file for folder in data_folders() for file in files if (folder / file).is_file()), None)
