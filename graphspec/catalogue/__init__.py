"""Catalogue of datasets, which commands take by name.

:mod:`entries` checks what a file says, :mod:`catalogue` looks a name up, :mod:`locations` knows the folders, and
:mod:`loading` finds, fetches (:mod:`download`), verifies and reads the files.
"""

from graphspec.catalogue.catalogue import Catalogue, Dataset, open_catalogue
from graphspec.catalogue.entries import convert, load_yaml
from graphspec.catalogue.loading import Status, Verification, fetch_dataset, load_dataset, locate, verify_dataset
from graphspec.catalogue.locations import cache_folder, data_folders

__all__ = [
    "Catalogue",
    "Dataset",
    "Status",
    "Verification",
    "cache_folder",
    "convert",
    "data_folders",
    "fetch_dataset",
    "load_dataset",
    "load_yaml",
    "locate",
    "open_catalogue",
    "verify_dataset",
]
