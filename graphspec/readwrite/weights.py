"""Choice of the column of weights, and the marks in its numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from graphspec.errors import InputError
from graphspec.readwrite.names import has_id, is_attribute, is_index, is_weight, weight_rank
from graphspec.readwrite.text import excerpt
from graphspec.readwrite.values import Values

_DECIMAL = re.compile(r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+")


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


def without_commas(
    words: Sequence[str], separator: str, error: Callable[[int], InputError]
) -> tuple[list[str], str | None]:
    """Return weights with points as their decimal marks, and a remark where commas may be either mark.

    Commas are marks of thousands if groups of three digits follow them everywhere, and there is a sign of it: two
    commas or a point in one number, smaller numbers without a comma, or commas that separate the columns too.

    Parameters
    ----------
    words
        Weights of all rows.
    separator
        Separator of columns.
    error
        Function that gives the error about a row, for one in which commas contradict those above.

    Raises
    ------
    InputError
        If points and commas are decimal marks of different numbers.
    """
    commas = [word for word in words if "," in word]
    thousands, decimals = (all(map(mark.fullmatch, commas)) for mark in (_THOUSANDS, _DECIMAL))
    if not commas or not all(_THOUSANDS.fullmatch(word) or _DECIMAL.fullmatch(word) for word in commas):
        return list(words), None  # what is no number is reported with its line
    plain = [word for word in words if "," not in word]
    points = [word for word in plain if "." in word]
    if not (thousands or decimals) or (decimals and points and (not thousands or any(map(_GROUPED.fullmatch, points)))):
        marks = [
            (number, _DECIMAL.fullmatch(word) is not None) for number, word in enumerate(words) if {*",."} & {*word}
        ]
        raise error(next(number for number, mark in marks if mark != marks[0][1]))
    remark = f"read commas in weights such as {excerpt(commas[0])} as "
    if thousands and (not decimals or points or plain or separator == ","):
        return [word.replace(",", "") for word in words], None if not decimals else f"{remark}marks of thousands"
    return [word.replace(",", ".") for word in words], f"{remark}decimal marks" if thousands else None
