"""Choice of the column of weights."""

from __future__ import annotations

from collections.abc import Sequence

from graphspec.errors import InputError
from graphspec.readwrite.names import has_id, is_attribute, is_index, is_weight, weight_rank
from graphspec.readwrite.values import Values


def weight_column(
    names: Sequence[str] | None, pair: tuple[int, int], values: Values, name: str
) -> tuple[int, str | None]:
    """Return the column of weights, and a remark where it is a guess.

    It holds numbers, and is named as a weight, ``weight`` itself before other words, and names of few words before
    longer ones. Where no column is named so, it is the only one of numbers that is named neither as ids nor as a time
    or an attribute; without names, the third.

    Parameters
    ----------
    names
        Names of the columns in a header, or None.
    pair
        Columns of source and target.
    values
        Values of the columns.
    name
        Name of the file in messages.

    Raises
    ------
    InputError
        If no column can be the weight, or several may.
    """
    if names is None or values.width <= 2:
        return max(2, max(pair) + 1), None
    others = [index for index in range(min(values.width, len(names))) if index not in pair]
    named = sorted((weight_rank(names[index]), index) for index in others if is_weight(names[index]))
    numeric = [(rank, index) for rank, index in named if values.are_numbers(index)]
    if named:
        chosen = (numeric or named)[0][1]
        also = [index for rank, index in numeric if index != chosen and rank[0] == numeric[0][0][0]]
        reason = f"; {names[also[0]]} is named so as well" if also else None
    else:
        possible = [index for index in others if values.are_numbers(index) and _may_be_weight(names[index])]
        if len(possible) != 1:
            listed = ", ".join(column or "(none)" for column in names)
            raise InputError(
                f"{name}: no column is named as a weight; the columns are {listed}: name it with --columns"
            )
        chosen, reason = possible[0], "; no column is named as a weight"
    if reason is None:
        return chosen, None
    return chosen, f"took column {chosen + 1} ({names[chosen]}) for the weight{reason} (--columns takes others)"


def _may_be_weight(name: str) -> bool:
    return not (has_id(name) or is_attribute(name) or is_index(name) or {"edge"} & {name.lower()})
