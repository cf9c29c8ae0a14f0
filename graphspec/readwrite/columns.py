"""Choice of the columns of an edge list that hold source, target and weight.

The names of a header decide; without a header, the values of the first rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from graphspec.errors import InputError
from graphspec.readwrite.reading import Reading
from graphspec.readwrite.text import NUMBER

# Words by which the names of the two ends of an edge differ, the clearest first.
_KNOWN_OPPOSITES = (
    *(("source", target) for target in ("target", "destination", "dest", "dst", "sink")),
    *(("src", target) for target in ("dst", "dest", "tgt", "target", "trg")),
    ("from", "to"),
    ("head", "tail"),
    *(("subject", "object"), ("subj", "obj")),
    ("start", "end"),
    ("begin", "end"),
    ("sender", "receiver"),
    ("sender", "recipient"),
    ("origin", "destination"),
    ("orig", "dest"),
    ("citing", "cited"),
    ("follower", "followee"),
    ("predecessor", "successor"),
    ("ego", "alter"),
)
# Words and letters that may be ids as well.
_OPPOSITES = (
    *_KNOWN_OPPOSITES,
    *(("white", "black"), ("winner", "loser"), ("buyer", "seller"), ("home", "away")),
    *(("parent", "child"), ("first", "second"), ("left", "right"), ("row", "column"), ("row", "col")),
    *(("u", "v"), ("i", "j"), ("a", "b"), ("x", "y"), ("1", "2"), ("0", "1")),
)
_ENDS = {word for pair in _KNOWN_OPPOSITES for word in pair}
_SPELLINGS = {word.format(end) for end in _ENDS for word in ("{}", "{}_id", "{}id", "{}_node", "{}node", "id_{}")}
_VERTEX_WORDS = {"id", "ids", "node", "nodes", "vertex", "n", "v"}
_WEIGHT_WORDS = {"weight", "weights", "w", "wt", "value", "val", "score", "count", "counts", "strength", "freq"}
_WEIGHT_WORDS |= {"frequency", "amount", "similarity", "intensity", "capacity", "multiplicity"}
_TIME_WORDS = {"time", "timestamp", "timestep", "ts", "date", "datetime", "year", "day", "epoch"}
_ATTRIBUTE_WORDS = {"type", "label", "relation", "predicate", "sign", "kind", "name", "title", "color", "colour"}
_ATTRIBUTE_WORDS |= {"group", "class", "category", "community", "modularity"}
_INDEX_NAMES = {"", "unnamed: 0", "index", "id", "edge_id", "edgeid", "eid", "key", "no", "nr", "row", "x", "#"}
_DATE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}([T ][0-9:.+Z -]*)?")


@dataclass(frozen=True)
class ChosenColumns:
    """Columns that are read.

    Attributes
    ----------
    used
        Indices from 0 of source, target and, with weights, weight.
    remark
        Remark on the choice for users, or None where nothing was guessed.
    """

    used: tuple[int, ...]
    remark: str | None = None


def choose_columns(
    names: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    reading: Reading,
    name: str,
    *,
    spread: Callable[[], Sequence[Sequence[str]]] = tuple,
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
        If a column has no such name, no column can be the weight, or the names are those of a table of vertices.
    """
    if reading.column_names:
        return ChosenColumns(_named(names, reading.column_names, name))
    if reading.columns is not None:
        return ChosenColumns(reading.column_indices)
    width = max(map(len, [*rows[:1], *([names] if names else [])]), default=2)
    pair = None if names is None else pair_of_names(names)
    if names is not None and pair is None:
        _refuse_vertices(names, rows, name)
    remark = None
    if pair is None:
        pair, remark = _pair_of_values(names, rows, width, spread if width > 2 + reading.weighted else None)
    if not reading.weighted:
        return ChosenColumns(pair, remark)
    weight = _weight_column(names, pair, width, name)
    if remark is not None and weight != 2:
        remark += f", column {weight + 1} for its weight"
    return ChosenColumns((*pair, weight), None if pair == (0, 1) and width == 3 else remark)


def pair_of_names(names: Sequence[str]) -> tuple[int, int] | None:
    """Return the indices of two columns whose names are those of the ends of an edge, or None.

    Such names differ in one word, such as source and target, ``from_id`` and ``to_id``, protein1 and protein2.
    """
    words = [set() if NUMBER.fullmatch(name) else set(_words(name)) for name in names]
    pairs = []
    for i, j in combinations(range(len(names)), 2):
        common = words[i] & words[j]
        if common & (_WEIGHT_WORDS | _TIME_WORDS) - _VERTEX_WORDS:
            continue
        one, other = (each - common - _VERTEX_WORDS or each - common for each in (words[i], words[j]))
        if len(one) == len(other) == 1:
            ends = (*one, *other)
            if _is_one_of_many(ends, common, words):
                continue
            rank = next((rank for rank, pair in enumerate(_OPPOSITES) if ends in (pair, pair[::-1])), None)
            if rank is not None:
                pairs.append((rank, i, j))
    return min(pairs)[1:] if pairs else None


def _is_one_of_many(ends: tuple[str, ...], common: set[str], names: Sequence[set[str]]) -> bool:
    """Return whether names continue in a series, such as c after a and b, or b3 after b1 and b2."""
    following = {"b": "c", "2": "3", "y": "z", "j": "k", "1": "2" if "0" in ends else "3"}.get(max(ends))
    return following is not None and common | {following} in names


def are_known_names(names: Sequence[str]) -> bool:
    """Return whether two names are almost certainly those of the ends of an edge.

    Names that differ in a letter or a number, such as u and v or P1 and P2, may be ids as well.
    """
    if len(names) != 2 or pair_of_names(names) is None:
        return False
    words = [set(_words(name)) for name in names]
    common = words[0] & words[1]
    distinct = (words[0] ^ words[1]) - _VERTEX_WORDS
    return distinct <= _ENDS or bool(common & {"id", "node", "vertex"})


def is_known_end(name: str) -> bool:
    """Return whether a name is that of one end of an edge in a well-known spelling."""
    return name.lower() in _SPELLINGS


def _words(name: str) -> list[str]:
    """Return the words of the name of a column in lower case: start and id of ``:START_ID(Person)``."""
    plain = re.sub(r"\(.*?\)", "", name)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])", " ", plain).lower()
    words = []
    for word in re.split(r"[\W_]+", spaced):
        # Words without a mark between them, such as "sourceid", "fromnodeid" and "nodea".
        stem = re.fullmatch(r"(?:id|nodeid|node|vertex)?(.+?)(?:nodeid|id|node|vertex)?", word)
        words.append(stem[1] if stem and (stem[1] in _ENDS or stem[1] in "ab") else word)
        if stem and words[-1] != word:
            words.append("id")
    return [word for word in words if word]


def _named(names: Sequence[str] | None, wanted: Sequence[str], name: str) -> tuple[int, ...]:
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


def _pair_of_values(
    names: Sequence[str] | None,
    rows: Sequence[Sequence[str]],
    width: int,
    spread: Callable[[], Sequence[Sequence[str]]] | None,
) -> tuple[tuple[int, int], str | None]:
    """Choose two columns by their values, with a remark where there are more than two.

    Without `spread`, all columns but two are needed for something else.
    """
    if width <= 2:
        return (0, 1), None
    columns = _columns(rows, width)
    known = [*(names or ()), *[None] * width][:width]
    possible = [index for index in range(width) if not _is_no_end(columns[index], known[index])]
    first, second = possible[:2] if len(possible) > 1 else (0, 1)
    reason = ""
    if possible[:3] == [0, 1, 2] and spread is not None:
        if not _have_common_ids(columns) and any(map(_are_words, columns[:2])):
            columns = _columns(spread(), width)  # sorted rows may have their ids in common far apart
        relation = _relation(columns)
        if relation is not None:
            first, second = (index for index in range(3) if index != relation)
            reason = f"; column {relation + 1} looks like a relation"
        else:
            reason = _few_words(columns)
    shown = [f"{index + 1} ({known[index]})" if known[index] else f"{index + 1}" for index in (first, second)]
    remark = f"took columns {shown[0]} and {shown[1]} of {width} for the edge{reason} (--columns takes others)"
    return (first, second), remark


def _columns(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    return [[row[index] if index < len(row) else "" for row in rows] for index in range(width)]


def _is_no_end(values: Sequence[str], name: str | None) -> bool:
    """Return whether a column is an index of rows, a time, or named as a weight or an attribute."""
    if values and all(_DATE.fullmatch(value) for value in values):
        return True
    if name is None:
        return False
    words = set(_words(name))
    different = len(set(values)) == len(values)
    if not name.strip() or (name.strip().lower() in _INDEX_NAMES and different):
        return True
    return bool(words & (_WEIGHT_WORDS | _TIME_WORDS | _ATTRIBUTE_WORDS - {"name", "label", "title"}))


def _have_common_ids(columns: Sequence[Sequence[str]]) -> bool:
    """Return whether two of the first three columns have an id in common."""
    return any(set(one) & set(other) for one, other in combinations(columns[:3], 2))


def _are_words(values: Iterable[str]) -> bool:
    return not any(map(NUMBER.fullmatch, values))


def _relation(columns: Sequence[Sequence[str]]) -> int | None:
    """Return which of three columns, the second or the first, is the relation of triples, or None.

    Its words are no ids of the other two, which have ids in common. In the second place it may have one word alone,
    whatever the others are. In the first place, where edges have an end, few words have to come back often; and above
    numbers, of which one column may be an attribute, one word alone, as the letter e in DIMACS.
    """
    for index, others in ((1, (0, 2)), (0, (1, 2))):
        relations, ends = set(columns[index]), [set(columns[other]) for other in others]
        if not _are_words(columns[index]) or relations & (ends[0] | ends[1]) or len(columns[0]) < 2:
            continue
        common, single = bool(ends[0] & ends[1]), len(relations) == 1
        if index == 1:
            objects = {word for word in columns[2] if not NUMBER.fullmatch(word)}
            if common or (single and len(objects) == len(columns[2])):
                return index
        elif common and (single or (10 * len(relations) <= len(columns[0]) and all(map(_are_words, ends)))):
            return index
    return None


def _few_words(columns: Sequence[Sequence[str]]) -> str:
    """Return the remark that one of the first two of three columns of words has few different ones, or nothing."""
    counts = [len(set(column)) for column in columns[:3]]
    fewest = counts.index(min(counts[:2]))
    few = 10 * counts[fewest] <= min(len(columns[0]), 2 * counts[2])
    if not few or not all(map(_are_words, columns[:3])):
        return ""
    return f"; column {fewest + 1} has few different words ({counts[fewest]})"


def _weight_column(names: Sequence[str] | None, pair: tuple[int, int], width: int, name: str) -> int:
    """Return the column that is named as a weight, or the third one."""
    if names is not None:
        for index, column in enumerate(names):
            if index not in pair and set(_words(column)) & _WEIGHT_WORDS:
                return index
    if names is None or width <= 2:
        return max(2, max(pair) + 1)
    words = set(_words(names[2])) if len(names) > 2 else set()
    other = words & (_ATTRIBUTE_WORDS | _TIME_WORDS) or (words and words <= {"id", "edge", "key", "index"})
    if pair != (0, 1) or other:
        listed = ", ".join(column or "(none)" for column in names)
        raise InputError(f"{name}: no column is named as a weight; the columns are {listed}: name it with --columns")
    return 2


def _refuse_vertices(names: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> None:
    """Refuse a table of vertices: a column of ids that are all different, and attributes."""
    first = set(_words(names[0])) if names else set()
    attributes = any(set(_words(other)) & (_ATTRIBUTE_WORDS | {"labels", "genres"}) for other in names[1:2])
    different = len({row[0] for row in rows if row}) == len(rows)
    if first & (_VERTEX_WORDS - {"n", "v"}) and attributes and different:
        listed = ", ".join(names)
        raise InputError(f"{name}: expected an edge list, found what looks like a table of vertices ({listed})")
