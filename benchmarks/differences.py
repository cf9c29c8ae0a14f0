"""How two outputs differ: not at all, by rounding, or in what they say."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NEGLIGIBLE = 1e-12
"""Differences that are smaller than this share of the largest number of an array may be large for a small number."""

_RESIDUAL = ".residual"
_IGNORED = ("version", "checksum")  # of the program, and of a sketch with the version in it


@dataclass(frozen=True)
class Difference:
    """Whether bytes are the same, the largest relative difference of numbers, and what differs by more or otherwise."""

    same_bytes: bool = True
    relative: float = 0.0
    faults: tuple[str, ...] = ()

    def __add__(self, other: Difference) -> Difference:
        return Difference(
            self.same_bytes and other.same_bytes, max(self.relative, other.relative), self.faults + other.faults
        )

    @property
    def verdict(self) -> str:
        """Say it in a few words."""
        if self.faults:
            return "differs"
        if self.same_bytes:
            return "same bytes"
        return f"within {self.relative:.1e} relative" if self.relative else "same values"


def text_difference(before: str, after: str, tolerance: float, where: str = "") -> Difference:
    """Return how two texts differ: JSON by line, CSV with a heading, or rows of words and comments."""
    return Difference() if before == after else value_difference(_parsed(before), _parsed(after), tolerance, where)


def file_difference(before: Path, after: Path, tolerance: float) -> Difference:
    """Return how two files differ: archives of arrays, texts (compressed or not), or bytes."""
    old, new = before.read_bytes(), after.read_bytes()
    if old == new:
        return Difference()
    if before.suffix == ".npz":
        return value_difference(_archived(old), _archived(new), tolerance, before.name)
    if before.suffix == ".gz":
        old, new = gzip.decompress(old), gzip.decompress(new)
    try:
        return Difference(same_bytes=False) + text_difference(old.decode(), new.decode(), tolerance, before.name)
    except UnicodeDecodeError:
        hashes = (sha256(content).hexdigest()[:12] for content in (old, new))
        return Difference(False, faults=(f"{before.name}: sha256 {' -> '.join(hashes)}",))


def value_difference(before: Any, after: Any, tolerance: float, where: str = "") -> Difference:
    """Return how two values of JSON differ whose bytes are not the same.

    Integers, words and names must be equal. Numbers may differ by the tolerance, relative to the larger of the two; a
    difference below 1e-12 of the largest number of the array is taken relative to that number. An array is all that
    has the same path but for indices and the endings ``_low`` and ``_high``: curves with their bands, ends of gaps.
    The residual of a solver is the rest of a difference of moments of order 1, and compared absolutely.
    """
    old, new = dict(_leaves(before, where)), dict(_leaves(after, where))
    scales: dict[str, float] = defaultdict(float)
    for path, value in [*old.items(), *new.items()]:
        if isinstance(value, float) and isfinite(value):
            scales[_array(path)] = max(scales[_array(path)], abs(value), 1.0 if path.endswith(_RESIDUAL) else 0.0)
    largest, faults = 0.0, []
    for path in dict.fromkeys([*old, *new]):
        if path not in old or path not in new:
            faults.append(f"{path}: only {'before' if path in old else 'after'}")
            continue
        one, other = old[path], new[path]
        if type(one) is type(other) and (one == other or (one != one and other != other)):
            continue
        if not (isinstance(one, float) and isinstance(other, float) and isfinite(one) and isfinite(other)):
            faults.append(f"{path}: {one!r} -> {other!r}")
        else:
            relative = abs(one - other) / scales[_array(path)]
            if relative > _NEGLIGIBLE and not path.endswith(_RESIDUAL):
                relative = abs(one - other) / max(abs(one), abs(other))
            largest = max(largest, relative)
            if relative > tolerance:
                faults.append(f"{path}: {one!r} -> {other!r}, {relative:.1e} relative")
    return Difference(False, largest, tuple(faults))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the path and value of everything that holds nothing else."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            if name not in _IGNORED:
                yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, part in enumerate(value):
            yield from _leaves(part, f"{path}[{number}]")
    else:
        yield path, value


def _array(path: str) -> str:
    return re.sub(r"\[\d+\]|_low$|_high$", "", path)


def _parsed(text: str) -> Any:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    try:
        values = [json.loads(line) for line in lines]
    except json.JSONDecodeError:
        pass
    else:
        return values[0] if len(values) == 1 else values
    if lines and "," in lines[0]:
        heading, *rows = csv.reader(lines)
        return {name: [_cell(cell) for cell in column] for name, *column in zip(heading, *rows, strict=True)}
    return [[_number(word) for word in line.split()] for line in lines]


def _cell(cell: str) -> Any:
    """Return a number, a word, or the parts of ``name=number;name=number``."""
    parts = [_number(part) for part in re.split("[=;]", cell)]
    return parts if len(parts) > 1 else parts[0]


def _number(word: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word


def _archived(content: bytes) -> dict[str, Any]:
    """Return the arrays and descriptions of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return {
        name: np.load(io.BytesIO(entry)).tolist() if name.endswith(".npy") else json.loads(entry)
        for name, entry in entries.items()
    }
