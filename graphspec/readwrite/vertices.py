"""Tables of vertices: a column of ids that are all different, and attributes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from graphspec.errors import InputError
from graphspec.readwrite.names import has_id, is_attribute, is_index, is_other, is_vertex, is_weight, pairs_of_names
from graphspec.readwrite.values import Values


def refuse_vertices(names: Sequence[str], values: Values, pair: tuple[int, int] | None, name: str) -> str | None:
    """Refuse a table of vertices, unless its columns have ids in common.

    Parameters
    ----------
    names
        Names of the columns.
    values
        Values of the columns.
    pair
        Columns that are named as the ends of an edge, or None.
    name
        Name of the file in messages.

    Returns
    -------
    str or None
        Remark where the columns have ids in common, but are named as those of a table of vertices.

    Raises
    ------
    InputError
        If the names and the values are those of such a table.
    """
    labels = pair is None and _has_labels(names, values)
    if not labels and not (_lacks_ends(names, values) if pair is None else _has_coordinates(names, values, pair)):
        return None
    if pair is None and values.width == 2 and not labels:
        if not values.common(0, 1):
            values.widen()
        if values.common(0, 1):
            return "; they may be a vertex and its attribute, but have ids in common"
    listed = ", ".join(names)
    raise InputError(
        f"{name}: expected an edge list, found what looks like a table of vertices ({listed}): --columns reads "
        "two of its columns as edges"
    )


def is_no_end(values: Values, index: int, name: str | None) -> bool:
    """Return whether a column holds times or fractions, counts rows, or is named as a weight or an attribute."""
    if values.are_no_ids(index):
        return True
    if name is None:
        return False
    return not name.strip() or (is_index(name) and values.are_unique(index)) or is_other(name)


def _has_labels(names: Sequence[str], values: Values) -> bool:
    """Return whether a first column of ids that are all different stands before an attribute."""
    first = is_vertex(names[0]) or has_id(names[0])
    return first and is_attribute(names[1] if len(names) > 1 else "") and values.are_unique(0)


def _lacks_ends(names: Sequence[str], values: Values) -> bool:
    """Return whether the names and values leave less than two columns for the ends of edges."""
    vertices = [index for index, name in enumerate(names) if is_vertex(name) and values.are_unique(index)]
    if values.width == 2:
        if any(_is_attribute(name, values, index) for index, name in enumerate(names)):
            return True
        return len(vertices) > 0 and not all(map(has_id, names))
    possible = [index for index, name in enumerate(names) if not is_no_end(values, index, name)]
    if len(possible) < 2:
        return True
    # Not an index of rows: a vertex and its attributes, of which none is an id of another vertex.
    alone = possible[0] in vertices and not is_index(names[possible[0]])
    return alone and not any(values.common(*pair) for pair in combinations(possible[:9], 2))


def _is_attribute(name: str, values: Values, index: int) -> bool:
    """Return whether a column of two holds times, fractions, or numbers that are named as a weight."""
    return values.are_no_ids(index) or (len(name) > 1 and is_weight(name) and values.are_numbers(index))


def _has_coordinates(names: Sequence[str], values: Values, pair: tuple[int, int]) -> bool:
    """Return whether a pair of columns that may be coordinates stands behind the vertices that have them."""
    named = [each for each in pairs_of_names(names) if each.columns == pair]
    before = (index for index in range(pair[0]) if is_vertex(names[index]) and not is_index(names[index]))
    return any(each.is_coordinate for each in named) and any(map(values.are_unique, before))
