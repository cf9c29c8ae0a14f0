"""Choice of the columns of an edge list that hold source, target and weight.

Of all pairs of columns it is the one whose ids come back in each other and whose values are no times or counters. The
names of a header rank the pairs, and names that mean nothing but the ends of an edge decide.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphspec.errors import InputError
from graphspec.readwrite.names import (
    NamedPair,
    has_id,
    is_end,
    is_index,
    is_vertex,
    is_weight,
    pairs_of_names,
)
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.values import EVIDENCE, Rows, Values
from graphspec.readwrite.vertices import is_no_end, refuse_vertices
from graphspec.readwrite.weights import weight_column

_GROUPS = "; column 1 counts the rows, and column 2 has few different values, as groups of vertices do"
_OTHERS = "(--columns takes others)"


@dataclass(frozen=True)
class ChosenColumns:
    """Columns that are read.

    Attributes
    ----------
    used
        Indices from 0 of source, target and, with weights, weight.
    remarks
        Remarks for users on what was guessed.
    """

    used: tuple[int, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Pair:
    """Columns of source and target, with the reason that a remark gives; None where the choice is not in doubt."""

    columns: tuple[int, int]
    reason: str | None = None

    def remark(self, names: Sequence[str] | None, width: int) -> str | None:
        """Return the remark for users."""
        if self.reason is None:
            return None
        known = [*(names or ()), *[""] * width]
        one, other = (f"{index + 1} ({known[index]})" if known[index] else f"{index + 1}" for index in self.columns)
        return f"took columns {one} and {other} of {width} for the edge{self.reason} {_OTHERS}"


def choose_columns(
    names: Sequence[str] | None, rows: Rows, reading: Reading, name: str, *, spread: Callable[[], Rows] = tuple
) -> ChosenColumns:
    """Choose the columns of source, target and weight.

    Parameters
    ----------
    names
        Names of the columns in a header, or None.
    rows
        Fields of the first rows below the header.
    reading
        Options of reading; their columns have priority over all evidence.
    name
        Name of the file in messages.
    spread
        Function that gives fields of rows from all over the file, asked where the first rows have no id twice.

    Raises
    ------
    InputError
        If a column has no such name, no column can be the weight, or the columns are those of a table of vertices.
    """
    if reading.column_names:
        return ChosenColumns(_named(names, reading.column_names, name))
    if reading.columns is not None:
        return ChosenColumns(reading.column_indices)
    width = max(map(len, [*rows[:1], *([names] if names else [])]), default=2)
    values = Values(rows, width, spread)
    pair = None if names is None else _pair_of_names(names, values) or _reference(names, values)
    if names is not None and rows:
        doubt = refuse_vertices(names, values, None if pair is None else pair.columns, name)
        pair = _Pair((0, 1), doubt) if doubt is not None else pair
    if pair is None:
        pair = _pair_of_values(names, values, every=width <= 2 + reading.weighted)
    pair = pair if names is None else _with_kinds(pair, names, values)
    remark = pair.remark(names, width)
    if not reading.weighted:
        return ChosenColumns(pair.columns, () if remark is None else (remark,))
    weight, weight_remark = weight_column(names, pair.columns, values, name)
    if remark is not None and weight != 2:
        remark += f", column {weight + 1} for its weight"
    if pair.columns == (0, 1) and width == 3:
        remark = None
    return ChosenColumns((*pair.columns, weight), tuple(each for each in (remark, weight_remark) if each is not None))


def _named(names: Sequence[str] | None, wanted: Sequence[str], name: str) -> tuple[int, ...]:
    """Return the columns that are asked for by name."""
    if names is None:
        raise InputError(
            f"{name}: no header names the columns {', '.join(wanted)}: give their numbers, or add --header"
        )
    folded = [other.casefold() for other in names]
    for column in wanted:
        if column not in names and folded.count(column.casefold()) != 1:
            listed = ", ".join(other or "(none)" for other in names)
            raise InputError(f"{name}: no column is named {column!r}; the columns are {listed}")
    return tuple(list(names).index(column) if column in names else folded.index(column.casefold()) for column in wanted)


def _pair_of_names(names: Sequence[str], values: Values) -> _Pair | None:
    """Return the pair of columns that are named as the ends of an edge, or None.

    Names that mean nothing else decide. Of others, the values tell which pair it is; and where a pair may be the first
    and last points of ranges, such as times, ids that come back in any other pair are clearer.
    """
    named = [
        pair
        for pair in pairs_of_names(names)
        if pair.is_certain or not len(values) or not any(map(values.are_no_ids, pair.columns))
    ]
    plain = {pair.rank for pair in named if not pair.is_attribute}
    named = [pair for pair in named if not pair.is_attribute or pair.rank not in plain]
    if not named or not len(values):
        return _Pair(named[0].columns) if named else None
    if named[0].is_certain:
        return _Pair(named[0].columns, _doubt(named[0], named, names, values))
    if len(named) > 1 and not any(values.common(*pair.columns) for pair in named):
        values.widen()
    chosen = max(named, key=lambda pair: values.evidence(*pair.columns))
    if chosen.is_range and values.are_ranges(*chosen.columns):
        possible = [index for index in range(len(names)) if not is_no_end(values, index, names[index])]
        evidence, other = values.best_pair(possible)
        clearly = evidence > max(EVIDENCE.clearly, values.evidence(*chosen.columns) + EVIDENCE.clearly)
        if clearly and not values.loops(*other):
            first, last = (names[index] for index in chosen.columns)
            return _Pair(other, f"; {first} and {last} look like ranges")
    return _Pair(chosen.columns, _doubt(chosen, named, names, values))


def _doubt(chosen: NamedPair, named: Sequence[NamedPair], names: Sequence[str], values: Values) -> str | None:
    """Return the reason why a named pair of columns may be the wrong one, or None."""
    rivals = [pair for pair in named if pair is not chosen and pair.is_certain >= chosen.is_certain]
    if rivals:
        first, last = (names[index] for index in rivals[0].columns)
        return f"; {first} and {last} are named so as well"
    others = [index for index in range(values.width) if index not in chosen.columns]
    if chosen.is_coordinate and not all(is_weight(names[index]) for index in others if index < len(names)):
        return "; such names may be those of coordinates"
    others = [index for index in others if not is_no_end(values, index, names[index] if index < len(names) else None)]
    if not others:
        return None
    if chosen.is_weak and chosen.is_range and values.are_ranges(*chosen.columns):
        return "; they may be ranges"
    low, high = chosen.columns
    if high == low + 1 or values.common(low, high):
        return None
    values.widen()
    return None if values.common(low, high) else "; they have no id in common"


def _with_kinds(pair: _Pair, names: Sequence[str], values: Values) -> _Pair:
    """Return a pair of columns with the remark that equal numbers are one vertex, if they are named as two kinds."""
    one, other = pair.columns
    if other >= len(names) or any(each.columns == pair.columns for each in pairs_of_names(names)):
        return pair
    kinds = [name for name in map(names.__getitem__, pair.columns) if has_id(name) or name.lower().endswith("id")]
    kinds = [name for name in kinds if not is_vertex(name)]
    if len(kinds) < 2 or any(map(is_end, kinds)) or not values.common(one, other) or values.are_words(one):
        return pair
    return _Pair(pair.columns, f"{pair.reason or ''}; equal ids in {kinds[0]} and {kinds[1]} are one vertex")


def _pair_of_values(names: Sequence[str] | None, values: Values, *, every: bool) -> _Pair:
    """Choose two columns by their values; `every` tells that all columns are needed, for an edge and its weight."""
    width = values.width
    if width <= 2:
        return _Pair((0, 1), _GROUPS if names is None and width == 2 and values.are_groups() else None)
    known = [*(names or ()), *[None] * width][:width]
    possible = [index for index in range(width) if not is_no_end(values, index, known[index])]
    first = (possible[0], possible[1]) if len(possible) > 1 else (0, 1)
    if every or len(possible) < 2:
        return _Pair(first, "")
    three = possible[:3] == [0, 1, 2]
    if three and not _have_common_ids(values) and any(map(values.are_words, first)):
        values.widen()
    relation = values.relation() if three else None
    if relation is not None:
        one, other_end = (index for index in range(3) if index != relation)
        return _Pair((one, other_end), f"; column {relation + 1} looks like a relation")
    if not values.common(*first) or values.count_rows(first[0]):
        other = values.best_pair(possible)[1]
        if values.replaces(first, other):
            values.widen()
            if values.replaces(first, other):
                return _Pair(other, "; their ids come back in each other")
    return _Pair(first, values.few_words() if three else "")


def _have_common_ids(values: Values) -> bool:
    """Return whether two of the first three columns have an id in common."""
    return any(values.common(*pair) for pair in ((0, 1), (0, 2), (1, 2)))


def _reference(names: Sequence[str], values: Values) -> _Pair | None:
    """Return a column of different ids and the only other one of ids, which refer to it, or None.

    An example is a table of ids and their parents.
    """
    possible = [index for index, name in enumerate(names) if not is_no_end(values, index, name)]
    ends = [index for index in possible if has_id(names[index]) or is_end(names[index])]
    if len(ends) != 1 or not len(values) or values.width <= 2:
        return None
    for index, name in enumerate(names):
        if index not in possible and name.strip() and is_index(name) and values.refers_to(ends[0], index):
            return _Pair((min(index, ends[0]), max(index, ends[0])), "")
    return None
