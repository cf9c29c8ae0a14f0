"""Results of a folder, in rows: one for each dataset and point of a grid of options."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from graphspec.errors import InputError
from graphspec.report.records import Failure, Input, Record, read_failure, read_record

FAILED = "failed"
JOINT = "compare"
"""The command that takes all datasets at once."""


@dataclass(frozen=True)
class Name:
    """Name of a result: that of the dataset, and the options in which it differs from others.

    Attributes
    ----------
    dataset
        Name of the dataset.
    point
        Options of the grid with their values, as the name of the file has them.
    """

    dataset: str
    point: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, stem: str, options: Iterable[str]) -> Name:
        """Return the parts of the name of a file ``<dataset>[-<option>=<value>...]``.

        Parameters
        ----------
        stem
            The name without its suffix; dataset and values may hold any of these characters themselves.
        options
            Names of options that the result has.
        """
        known = "|".join(re.escape(name).replace("_", "[_-]") for name in sorted(options, key=len, reverse=True))
        first, *rest = re.split(rf"-((?:--)?(?:{known}))=", stem) if known else [stem]
        if not first:
            return cls(stem)
        point = zip(rest[::2], rest[1::2], strict=True)
        return cls(first, tuple((name.removeprefix("--").replace("-", "_"), value) for name, value in point))

    @property
    def order(self) -> tuple[Any, ...]:
        """Key by which numbers in names are sorted as numbers."""
        text = " ".join([self.dataset, *(f"{name}={value}" for name, value in self.point)])
        parts = re.split(r"(\d+)", text.lower())
        return (*((int(part), "") if part.isdecimal() else (-1, part) for part in parts), (-1, text))


@dataclass(frozen=True)
class Row:
    """All results of a dataset, or of a point of a grid on it.

    Attributes
    ----------
    name
        Its name.
    records
        Records by the names of their commands.
    failures
        Tasks that failed, by the names of their commands.
    """

    name: Name
    records: Mapping[str, Record]
    failures: Mapping[str, Failure]

    def result(self, command: str) -> Any:
        """Return the result of a command; None where there is none."""
        record = self.records.get(command)
        return None if record is None else record.result

    @cached_property
    def input(self) -> Input:
        """The input, as its first record describes it; one without a size where all tasks failed."""
        inputs = [record.input for record in self.records.values() if record.input is not None]
        return inputs[0] if inputs else Input(self.name.dataset)


@dataclass(frozen=True)
class Results:
    """Results of a folder.

    Attributes
    ----------
    rows
        Rows by their names.
    joint
        Records of many inputs, by their names.
    failures
        All tasks that failed, by their names.
    """

    rows: tuple[Row, ...]
    joint: tuple[tuple[Name, Record], ...]
    failures: tuple[tuple[Name, Failure], ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """All records."""
        return (*(record for row in self.rows for record in row.records.values()), *(each for _, each in self.joint))

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of the datasets."""
        return tuple(dict.fromkeys(row.name.dataset for row in self.rows))


def load_results(folder: Path) -> Results:
    """Read all results of a folder.

    Parameters
    ----------
    folder
        Folder with ``<command>/<name>.json`` for each result, and ``failed/<command>/<name>.json`` for each failure.

    Raises
    ------
    InputError
        If the folder does not exist or holds no results, or a file in it is damaged or not what its place says.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: {'is no folder' if folder.exists() else 'the folder does not exist'}")
    read = {path: read_record(path) for path in _files(folder)}
    noted = {path: read_failure(path) for path in _files(folder / FAILED)}
    if not read and not noted:
        raise InputError(f"{folder}: holds no results: they are <command>/<name>.json, as graphspec batch writes them")
    names = {path: Name.parse(path.stem, record.parameters) for path, record in read.items()}
    names |= {path: Name.parse(path.stem, failure.parameters) for path, failure in noted.items()}
    joint = [(names[path], record) for path, record in read.items() if record.input is None]
    failures = [(names[path], failure) for path, failure in noted.items()]
    return Results(
        _rows(read, noted, names),
        tuple(sorted(joint, key=lambda item: (item[1].command, item[0].order))),
        tuple(sorted(failures, key=lambda item: (item[0].order, item[1].command))),
    )


def _files(folder: Path) -> list[Path]:
    """Return the JSON files in folders of commands; names that begin with a dot are no results."""
    return sorted(folder.glob("[!.]*/[!.]*.json"))


def _rows(read: Mapping[Path, Record], noted: Mapping[Path, Failure], names: Mapping[Path, Name]) -> tuple[Row, ...]:
    """Return the rows: files of one name belong to one."""
    records: dict[str, dict[str, Record]] = defaultdict(dict)
    failures: dict[str, dict[str, Failure]] = defaultdict(dict)
    found: dict[str, Name] = {}
    for path, record in read.items():
        if record.input is not None:
            records[path.stem][record.command] = record
    for path, failure in noted.items():
        if failure.command != JOINT:
            failures[path.stem][failure.command] = failure
    for path, name in names.items():
        # A command without the options of the grid does not know them in the name.
        found[path.stem] = max(found.get(path.stem, name), name, key=lambda each: len(each.point))
    rows = [Row(found[stem], records[stem], failures[stem]) for stem in {**records, **failures}]
    return tuple(sorted(rows, key=lambda row: row.name.order))
