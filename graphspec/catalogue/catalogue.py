"""Catalogue of datasets: look-up of a name in the catalogue of the package and in those of the user."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from graphspec.catalogue.entries import DataFile, Document, Entry, Pattern, folder_of, parse_catalogue
from graphspec.errors import InputError

CATALOGUE_VARIABLE = "GRAPHSPEC_CATALOGUE"
"""Environment variable that names catalogues of the user, separated as in PATH."""

_PART = re.compile(r"\w[\w.+-]*$")


@dataclass(frozen=True)
class Dataset:
    """A dataset that was looked up.

    Attributes
    ----------
    name
        Name as the catalogue writes it, or ``PATTERN:GROUP/NAME``.
    entry
        What the catalogue says of it.
    path
        Path of a file that the catalogue of a user names, or None.
    files
        Files of the data, as paths relative to a folder of data; the last one is that of the address.
    """

    name: str
    entry: Entry
    path: Path | None = None
    files: tuple[DataFile, ...] = ()
    target: str = field(default="", repr=False)
    """Path of the downloaded file relative to the cache."""


class Catalogue:
    """Datasets and patterns of addresses by name; names are compared without regard to case.

    Parameters
    ----------
    documents
        Contents of catalogues with the folders that their paths are relative to; later ones replace entries of
        earlier ones.
    """

    def __init__(self, documents: list[tuple[Document, Path | None]]) -> None:
        self._datasets: dict[str, Dataset] = {}
        self._names: dict[str, str] = {}
        self._patterns: dict[str, Pattern] = {}
        for document, folder in documents:
            for name, entry in document.datasets.items():
                self._datasets[name.lower()] = _dataset(name, entry, folder)
                self._names |= {each.lower(): name.lower() for each in (*entry.aliases, name)}
            self._patterns |= {name.lower(): pattern for name, pattern in document.patterns.items()}

    @property
    def datasets(self) -> tuple[Dataset, ...]:
        """All datasets, in the order of the catalogues."""
        return tuple(self._datasets.values())

    @property
    def patterns(self) -> dict[str, Pattern]:
        """Patterns of addresses by name."""
        return dict(self._patterns)

    def find(self, name: str) -> Dataset | None:
        """Return the dataset of a name, an alias or an address of a pattern; None if there is none.

        Raises
        ------
        InputError
            If the name of an address is not one, or lacks its group.
        """
        key = self._names.get(name.lower())
        if key is not None:
            return self._datasets[key]
        scheme, colon, rest = name.partition(":")
        pattern = self._patterns.get(scheme.lower())
        return None if not colon or pattern is None else _addressed(scheme.lower(), pattern, rest)

    def get(self, name: str) -> Dataset:
        """Return the dataset of a name.

        Raises
        ------
        InputError
            If there is none.
        """
        dataset = self.find(name)
        if dataset is None:
            raise InputError(f"{name}: no such dataset{self.suggestion(name)}")
        return dataset

    def suggestion(self, name: str) -> str:
        """Return the end of a message on an unknown name: names that are near, and how to list all."""
        near = difflib.get_close_matches(name.lower(), self._names, n=3)
        names = ", ".join(dict.fromkeys(self._datasets[self._names[each]].name for each in near))
        meant = f"; did you mean {names}?" if names else ""
        return f"{meant} (graphspec datasets list shows all {len(self._datasets)})"

    def matching(self, kinds: tuple[str, ...] = (), names: str = "*") -> tuple[Dataset, ...]:
        """Return the datasets of some kinds whose names match a pattern of the shell; by default all."""
        chosen = [each for each in self.datasets if not kinds or each.entry.kind in kinds]
        return tuple(each for each in chosen if fnmatchcase(each.name.lower(), names.lower()))


def open_catalogue(path: str | Path | None = None) -> Catalogue:
    """Return the catalogue of the package, extended by those of the environment and by one more.

    Parameters
    ----------
    path
        File of a catalogue.

    Raises
    ------
    InputError
        If a file cannot be read, or an entry is not as it should be.
    """
    named = [part for part in os.environ.get(CATALOGUE_VARIABLE, "").split(os.pathsep) if part]
    own = [Path(part) for part in (*named, *([] if path is None else [path]))]
    return Catalogue([(_shipped_document(), None), *((_read(each), folder_of(each)) for each in own)])


def shipped(file: str) -> bytes:
    """Return the content of a file that the package ships."""
    return resources.files(__package__).joinpath(file).read_bytes()


@cache
def _shipped_document() -> Document:
    return parse_catalogue(shipped("datasets.yaml"), "datasets.yaml")


def _read(path: Path) -> Document:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the catalogue cannot be read ({error.strerror or error})") from error
    document = parse_catalogue(content, str(path))
    for name, entry in document.datasets.items():
        if entry.shipped:
            raise InputError(f"{path}: dataset {name}: shipped is for files of the package: say path")
    return document


def _dataset(name: str, entry: Entry, folder: Path | None) -> Dataset:
    """Return a dataset of a catalogue in a folder."""
    path = None if entry.path is None else (folder or Path()) / entry.path
    if entry.url is None:
        return Dataset(name, entry, path, entry.files)
    file = _file_of(entry.url, name)
    # In the cache a folder for each dataset: many addresses end in the same name.
    return Dataset(name, entry, path, (*entry.files, DataFile(file, entry.sha256)), f"{name.lower()}/{file}")


def _addressed(scheme: str, pattern: Pattern, rest: str) -> Dataset:
    """Return the dataset of an address."""
    parts = rest.split("/")
    form = "GROUP/NAME" if pattern.grouped else "NAME or GROUP/NAME"
    # Parts become names of files: none may lead out of the cache.
    if len(parts) > 2 or not all(_PART.match(part) for part in parts) or (pattern.grouped and len(parts) < 2):
        raise InputError(f"{scheme}:{rest}: expected {scheme}:{form}, of letters, digits and . _ + -")
    fields = {"group": parts[0], "name": parts[-1]}
    url = pattern.url.format(**fields)
    reading: dict[str, Any] = dict(pattern.reading)
    if pattern.member is not None:
        reading["member"] = pattern.member.format(**fields)
    entry = Entry(
        description=pattern.description, citation=pattern.citation, licence=pattern.licence, url=url, reading=reading
    )
    target = "/".join((scheme, *parts[:-1], _file_of(url, parts[-1])))
    return Dataset(f"{scheme}:{rest}", entry, None, (DataFile(target),), target)


def _file_of(url: str, name: str) -> str:
    """Return the name of the file at an address, or the name of the dataset where that is none."""
    file = PurePosixPath(urlsplit(url).path).name
    return file if _PART.match(file) else name
