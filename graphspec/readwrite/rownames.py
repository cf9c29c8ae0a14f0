"""Headers with one name fewer than there are columns, the first of which holds names of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphspec.readwrite.names import pair_of_names
from graphspec.readwrite.text import NUMBER
from graphspec.readwrite.values import EVIDENCE, Values


@dataclass(frozen=True)
class NamedRows:
    """Rows below a header whose first column has got an empty name.

    Attributes
    ----------
    rows
        Fields of the header and of the rows below it.
    is_guess
        Whether nothing but the width of the header shows that the first column has no name.
    """

    rows: list[list[str]]
    is_guess: bool


def unnamed_first_column(sample: Sequence[list[str]], *, marked: bool) -> NamedRows | None:
    """Return rows whose first column has no name, or None.

    R writes such tables, with rows that are counted, that kept their numbers when others were left out, or that have
    names; pandas prints them with blanks before the header. The names of rows are all different, and the other columns
    hold ids at least as surely as the first ones would.

    Parameters
    ----------
    sample
        Fields of the first rows.
    marked
        Whether there are quotation marks, or blanks before the first row.
    """
    if len(sample) < 2 or {len(row) for row in sample[1:]} != {len(sample[0]) + 1} or len(sample[0]) < 2:
        return None
    header, below = sample[0], sample[1:]
    if any(map(NUMBER.fullmatch, header)) and not (marked and header == [str(i) for i in range(len(header))]):
        return None
    values = Values(below, len(header) + 1)
    if not values.are_unique(0) or not any(values.columns[-1]):
        return None
    if any(name in column for name in header for column in values.distinct[:2]):
        return None  # an edge that lacks something
    low, high = pair_of_names(header) or (0, 1)
    ends = (low + 1, high + 1)
    if any(map(values.are_no_ids, ends)):
        return None
    counts = values.columns[0] in ([str(row + start) for row in range(len(below))] for start in (0, 1))
    if not (marked or counts) and values.strength(low, high) > values.strength(*ends) + EVIDENCE.clearly:
        return None
    return NamedRows([["", *header], *below], not (marked or counts))
