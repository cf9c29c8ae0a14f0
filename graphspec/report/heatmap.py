"""Heat map of the divergences between many spectra, similar ones next to each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Matrix
from graphspec.comparison import by_similarity
from graphspec.output import short_names, shortened
from graphspec.report.records import Matrices


@dataclass(frozen=True)
class HeatmapSettings:
    """Settings of a heat map.

    Attributes
    ----------
    levels
        Number of colours above the noise floor: few enough to be told apart.
    extent
        Width of all cells together in pixels, as far as the size of a cell allows.
    smallest, labelled, largest
        Size of a cell in pixels at least, that from which rows have labels, and at most.
    label
        Characters of a label at most.
    font, character
        Size of a label in pixels at most, and the width of a character in units of it.
    pairs
        Number of pairs in the table of the nearest ones.
    outliers
        Share of the pairs, on both sides, that does not set the range of the colours.
    digits
        Significant digits of the numbers that are shown when a cell is pointed at.
    """

    levels: int = 6
    extent: int = 600
    smallest: int = 4
    labelled: int = 9
    largest: int = 30
    label: int = 24
    font: int = 12
    character: float = 0.65
    pairs: int = 10
    outliers: float = 0.02
    digits: int = 3


HEATMAP = HeatmapSettings()


@dataclass(frozen=True)
class Level:
    """The cells of one colour.

    Attributes
    ----------
    label
        Divergences that have the colour.
    path
        Path of the cells in SVG, one unit wide and high each.
    """

    label: str
    path: str


@dataclass(frozen=True)
class Pair:
    """Divergence of a pair of inputs, with its standard error and noise floor."""

    first: str
    second: str
    value: float
    sem: float
    noise_floor: float


@dataclass(frozen=True)
class Heatmap:
    """A heat map.

    Attributes
    ----------
    names
        Names of the inputs in the order of the rows.
    cell
        Size of a cell in pixels.
    levels
        Cells within the noise floor, and those of each level above it.
    nearest
        The nearest pairs.
    num_pairs, num_within
        Number of pairs, and of those within the noise floor.
    numbers
        Numbers for the reader who points at a cell: those above the diagonal, row by row.
    """

    names: list[str]
    cell: int
    levels: list[Level]
    nearest: list[Pair]
    num_pairs: int
    num_within: int
    numbers: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        """Labels of the rows; none where the rows are too narrow."""
        return [shortened(name, HEATMAP.label) for name in self.names] if self.cell >= HEATMAP.labelled else []

    @property
    def margin(self) -> int:
        """Room for the labels in pixels."""
        return 8 + math.ceil(HEATMAP.character * self.font * max(map(len, self.labels), default=0))

    @property
    def font(self) -> int:
        """Size of the labels in pixels."""
        return min(self.cell, HEATMAP.font)


def heatmap(found: Matrices, known: Mapping[str, str]) -> Heatmap:
    """Return the heat map of a comparison.

    Parameters
    ----------
    found
        The divergences.
    known
        Names of datasets by those of inputs; others are shown by the names of their files.
    """
    order = by_similarity(np.array(found.symmetric_kl))
    shown = [known.get(name, short) for name, short in zip(found.inputs, short_names(found.inputs), strict=True)]
    names = [shown[index] for index in order]
    value, sem, floor = (
        np.array(each)[np.ix_(order, order)] for each in (found.symmetric_kl, found.sem, found.noise_floor)
    )
    first, second = np.triu_indices(len(order), 1)
    columns = {name: each[first, second] for name, each in (("value", value), ("sem", sem), ("floor", floor))}
    nearest = np.argsort(columns["value"], kind="stable")[: HEATMAP.pairs].tolist()
    size = int(np.clip(HEATMAP.extent // len(order), HEATMAP.smallest, HEATMAP.largest))
    short = {name: [float(f"{each:.{HEATMAP.digits}g}") for each in column] for name, column in columns.items()}
    return Heatmap(
        names,
        size,
        _levels(value, floor),
        [
            Pair(names[first[at]], names[second[at]], *(float(column[at]) for column in columns.values()))
            for at in nearest
        ],
        len(first),
        int(np.count_nonzero(columns["value"] <= columns["floor"])),
        {"names": names, "cell": size, **short},
    )


def _levels(value: Matrix, floor: Matrix) -> list[Level]:
    """Return the cells by colours: within the noise floor first, then by equal ratios of the divergences."""
    apart = (value > floor) & ~np.eye(len(value), dtype=bool)
    levels = [Level("within the noise floor", _cells(~apart & ~np.eye(len(value), dtype=bool)))]
    if not apart.any():
        return levels
    # A few far or near pairs would leave one colour for all others.
    low, high = np.quantile(value[apart], (HEATMAP.outliers, 1 - HEATMAP.outliers))
    ends = np.geomspace(low, high, HEATMAP.levels + 1)
    # What a legend says of a level is what its colour means: both have the same rounded ends.
    inner = np.unique([float(f"{end:.2g}") for end in ends[1:-1]])
    number = np.where(apart, np.searchsorted(inner, value, side="right"), -1)
    texts = [f"{end:.2g}" for end in inner]
    labels = [f"up to {texts[0]}", *(f"to {text}" for text in texts[1:]), f"above {texts[-1]}"]
    return [*levels, *(Level(label, _cells(number == index)) for index, label in enumerate(labels))]


def _cells(mask: NDArray[np.bool_]) -> str:
    """Return the path of the cells of a mask; neighbours in a row are one rectangle."""
    parts = []
    for row, cells in enumerate(mask):
        ends = np.flatnonzero(np.diff(np.r_[0, cells.astype(np.int8), 0]))
        parts += [f"M{start} {row}h{stop - start}v1h-{stop - start}z" for start, stop in ends.reshape(-1, 2).tolist()]
    return "".join(parts)
