"""Evidence in the values of columns: which two hold the ends of edges, and which a time, a counter or a relation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from graphspec.readwrite.missing import is_missing
from graphspec.readwrite.text import NUMBER

Rows = Sequence[Sequence[str]]

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([ ]?[AaPp][Mm])?([ ]?(Z|[+-][0-9]{2}:?[0-9]{2}))?"
_TIME = re.compile(rf"[0-9]{{1,4}}([-/.])[0-9]{{1,2}}\1[0-9]{{1,4}}([T ][0-9:.,+Z -]*)?|{_CLOCK}")
_AMOUNT = re.compile(NUMBER.pattern + r"|[+-]?[0-9]*(,[0-9]+)+(\.[0-9]+)?")
_COUNTED = re.compile(r"(\D{0,20}?)([0-9]{1,15})")


@dataclass(frozen=True)
class EvidenceSettings:
    """Settings of the choice of columns by their values.

    Attributes
    ----------
    widest
        Columns of which pairs are compared.
    enough
        Share of the ids of one column in the other that is more than chance.
    clearly
        Surplus of evidence by which one pair stands against names, or against another pair.
    few_rows
        Rows below which there is no evidence of an order.
    many_rows
        Rows below which few different values are no evidence of groups.
    """

    widest: int = 40
    enough: float = 0.5
    clearly: float = 0.25
    few_rows: int = 3
    many_rows: int = 20


EVIDENCE = EvidenceSettings()


class Values:
    """Values of the columns in some rows.

    Parameters
    ----------
    rows
        Fields of the first rows below a header.
    width
        Number of columns.
    spread
        Function that gives fields of rows from all over the file, asked where the first rows have no id in common.
    """

    def __init__(self, rows: Rows, width: int, spread: Callable[[], Rows] = tuple) -> None:
        self._spread: Callable[[], Rows] | None = spread
        self.width = width
        self._take(rows)

    def _take(self, rows: Rows) -> None:
        self.columns = [[row[index] if index < len(row) else "" for row in rows] for index in range(self.width)]
        self.distinct = [{value for value in set(column) if not is_missing(value)} for column in self.columns]

    def widen(self) -> None:
        """Take rows from all over the file in place of the first: sorted rows have ids in common far apart."""
        if self._spread is not None:
            rows, self._spread = self._spread(), None
            if len(rows) > len(self.columns[0]):
                self._take(rows)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def are_unique(self, index: int) -> bool:
        """Return whether no value of a column occurs twice."""
        return len(set(self.columns[index])) == len(self.columns[index])

    def are_no_ids(self, index: int) -> bool:
        """Return whether a column holds dates, times of a day, or numbers of which half have a fraction."""
        values = self.distinct[index]
        if 2 * sum(not value.isdecimal() for value in values) < max(1, len(values)):
            return False  # integers, which most columns of ids are
        if all(map(_TIME.fullmatch, values)):
            return True
        return all(map(_number, values)) and 2 * sum(map(_is_fraction, values)) >= len(values)

    def are_numbers(self, index: int) -> bool:
        """Return whether more than half of the values of a column that are present are numbers."""
        values = [value for value in self.columns[index] if not is_missing(value)]
        return 2 * sum(_AMOUNT.fullmatch(value) is not None for value in values) > len(values)

    def count_rows(self, index: int) -> bool:
        """Return whether a column counts its rows, as 0, 1, 2 or e1, e2, e3 do."""
        matches = [_COUNTED.fullmatch(value) for value in self.columns[index]]
        if len(matches) < EVIDENCE.few_rows:
            return False
        counted = [(match[1], int(match[2])) for match in matches if match is not None]
        prefix, first = counted[0] if counted else ("", 0)
        return counted == [(prefix, first + row) for row in range(len(matches))]

    def are_groups(self) -> bool:
        """Return whether the first column counts the rows, and the second one has few values."""
        return len(self) >= EVIDENCE.many_rows and 5 * len(self.distinct[1]) <= len(self) and self.count_rows(0)

    def common(self, one: int, other: int) -> bool:
        """Return whether two columns have an id in common."""
        return not self.distinct[one].isdisjoint(self.distinct[other])

    def loops(self, one: int, other: int) -> float:
        """Return the share of rows with the same value in two columns."""
        return sum(a == b for a, b in zip(self.columns[one], self.columns[other], strict=True)) / len(self)

    def strength(self, one: int, other: int) -> float:
        """Return how surely two columns hold ids of the same vertices: 1 at most, and 0 or less if they do not.

        It is the share of ids in common, of the smaller set for words, and of the larger for numbers, which agree by
        chance. The share of rows with twice the same value is subtracted: edges seldom are loops.
        """
        sets = self.distinct[one], self.distinct[other]
        if not all(sets):
            return 0.0
        numbers = any(map(_number, sets[0])) or any(map(_number, sets[1]))
        share = len(sets[0] & sets[1]) / (max if numbers else min)(map(len, sets))
        return share - self.loops(one, other)

    def are_ranges(self, one: int, other: int) -> bool:
        """Return whether two columns may be the ends of ranges: numbers, always in increasing order."""
        if len(self) < EVIDENCE.few_rows:
            return False
        ends = [self.columns[one], self.columns[other]]
        if not all(_number(value) for column in ends for value in column):
            return False
        numbers = [list(map(float, column)) for column in ends]
        return all(first <= last for first, last in zip(*numbers, strict=True))

    def are_sorted(self, one: int, other: int) -> bool:
        """Return whether two columns of numbers both increase from row to row, as times do."""
        numbers = [[float(value) for value in self.columns[index] if _number(value)] for index in (one, other)]
        return all(len(column) >= EVIDENCE.few_rows and column == sorted(set(column)) for column in numbers)

    def evidence(self, one: int, other: int) -> float:
        """Return the strength of a pair, less what speaks for times: ranges, and numbers that increase."""
        return self.strength(one, other) - 0.5 * self.are_ranges(one, other) - 0.25 * self.are_sorted(one, other)

    def best_pair(self, possible: Sequence[int]) -> tuple[float, tuple[int, int]]:
        """Return the pair of columns with most evidence, the first of several, and its evidence."""
        best = (-2.0, (0, 1))
        for pair in combinations(possible[: EVIDENCE.widest], 2):
            evidence = self.evidence(*pair)
            best = (evidence, pair) if evidence > best[0] else best
        return best

    def replaces(self, default: tuple[int, int], pair: tuple[int, int]) -> bool:
        """Return whether the values show that a pair of columns holds the edges, and not the first pair that may.

        Either the pair consists of words, which do not agree by chance, and the first has no id in common; or columns
        before the pair count the rows, as no other does, and the ids of the pair come back at least as much.
        """
        strength, first = self.strength(*pair), self.strength(*default)
        if set(pair) == set(default) or strength < max(EVIDENCE.enough, first):
            return False
        if all(map(self.are_words, pair)) and not self.common(*default):
            return True
        odd = set(default) - set(pair)
        return (
            max(odd) < min(pair)
            and all(map(self.count_rows, odd))
            and not any(map(self.count_rows, {*pair, *default} - odd))
        )

    def refers_to(self, one: int, other: int) -> bool:
        """Return whether nearly all values of a column are ids of another one, in which no id comes twice."""
        values = self.distinct[one]
        return self.are_unique(other) and len(values & self.distinct[other]) >= max(1, EVIDENCE.enough * len(values))

    def are_words(self, index: int) -> bool:
        """Return whether a column has no number."""
        return not any(map(_number, self.distinct[index]))

    def relation(self) -> int | None:
        """Return which of the first three columns, the second or the first, is the relation of triples, or None.

        Its words are no ids of the other two, which have ids in common. In the second place it may have one word alone,
        whatever the others are. In the first place, where edges have an end, few words have to come back often; and
        above numbers, of which one column may be an attribute, one word alone, as the letter e in DIMACS.
        """
        columns = self.columns
        for index, others in ((1, (0, 2)), (0, (1, 2))):
            relations, ends = set(columns[index]), [set(columns[other]) for other in others]
            if not _are_words(columns[index]) or relations & (ends[0] | ends[1]) or len(columns[0]) < 2:
                continue
            common, single = bool(ends[0] & ends[1]), len(relations) == 1
            if index == 1:
                objects = {word for word in columns[2] if not _number(word)}
                if common or (single and len(objects) == len(columns[2])):
                    return index
            elif common and (single or (10 * len(relations) <= len(columns[0]) and all(map(_are_words, ends)))):
                return index
        return None

    def few_words(self) -> str:
        """Return the remark that the first or second of three columns of words has few different ones, or nothing."""
        counts = [len(set(column)) for column in self.columns[:3]]
        fewest = counts.index(min(counts[:2]))
        few = 0 < 10 * counts[fewest] <= min(len(self), 2 * counts[2])
        if not few or not all(map(_are_words, self.columns[:3])):
            return ""
        return f"; column {fewest + 1} has few different words ({counts[fewest]})"


def is_time(value: str) -> bool:
    """Return whether a value is a date or a time of a day."""
    return _TIME.fullmatch(value) is not None


def _number(value: str) -> re.Match[str] | None:
    return NUMBER.fullmatch(value)


def _is_fraction(value: str) -> bool:
    return not float(value).is_integer()


def _are_words(values: Iterable[str]) -> bool:
    return not any(map(_number, values))
