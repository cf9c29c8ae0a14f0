"""Names of columns: which pairs are those of the two ends of an edge, and which name something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from graphspec.readwrite.text import NUMBER

# Words by which the names of the two ends of an edge differ, the clearest first.
_CERTAIN_OPPOSITES = (
    *(("source", target) for target in ("target", "destination", "dest", "dst", "sink", "tgt", "trg")),
    *(("src", target) for target in ("dst", "dest", "tgt", "target", "trg", "destination")),
    ("head", "tail"),
    *(("subject", "object"), ("subj", "obj")),
    ("sender", "receiver"),
    ("sender", "recipient"),
    *((origin, target) for origin in ("origin", "orig") for target in ("destination", "dest", "dst")),
    ("citing", "cited"),
    ("follower", "followee"),
    ("predecessor", "successor"),
    ("ego", "alter"),
)
# Words that name times and places on a line as well.
_RANGES = (("from", "to"), ("start", "end"), ("begin", "end"))
_KNOWN_OPPOSITES = (*_CERTAIN_OPPOSITES, *_RANGES)
# Words that name coordinates and ranks as well.
_COORDINATES = (("first", "second"), ("left", "right"), ("row", "column"), ("row", "col"), ("x", "y"), ("0", "1"))
# Words and letters that may be ids as well.
_OPPOSITES = (
    *_KNOWN_OPPOSITES,
    *(("white", "black"), ("winner", "loser"), ("buyer", "seller"), ("home", "away"), ("parent", "child")),
    *(("u", "v"), ("i", "j"), ("a", "b"), ("1", "2")),
    *_COORDINATES,
)
_ENDS = {word for pair in _KNOWN_OPPOSITES for word in pair}
_SPELLINGS = {word.format(end) for end in _ENDS for word in ("{}", "{}_id", "{}id", "{}_node", "{}node", "id_{}")}
_VERTEX_WORDS = {"id", "ids", "node", "nodes", "vertex", "n", "v"}
_WEIGHT_WORDS = {"weight", "weights", "w", "wt", "value", "val", "score", "count", "counts", "strength", "freq"}
_WEIGHT_WORDS |= {"frequency", "amount", "similarity", "intensity", "capacity", "multiplicity"}
_TIME_WORDS = {
    "time",
    "timestamp",
    "timestep",
    "ts",
    "date",
    "datetime",
    "year",
    "month",
    "week",
    "day",
    "hour",
    "epoch",
}
_ATTRIBUTE_WORDS = {"type", "label", "relation", "predicate", "sign", "kind", "name", "title", "color", "colour"}
_ATTRIBUTE_WORDS |= {"group", "class", "category", "community", "modularity", "labels", "genres"}
_INDEX_NAMES = {"", "unnamed: 0", "index", "id", "edge_id", "edgeid", "eid", "key", "no", "nr", "row", "x", "#"}
_NEXT = {"b": "c", "2": "3", "y": "z", "j": "k", "second": "third"}


@dataclass(frozen=True, order=True)
class NamedPair:
    """Two columns whose names are those of the ends of an edge; the clearest pair is the smallest.

    Attributes
    ----------
    is_attribute
        Whether the names share another word than id, node and the like, as do source_type and target_type.
    is_weak
        Whether such names may be those of times, places, letters or numbers as well.
    rank
        Rank of the two words by which the names differ.
    columns
        Indices of the columns.
    is_range
        Whether the two words name the ends of a time or a place as well.
    is_coordinate
        Whether the two words name coordinates as well.
    """

    is_attribute: bool
    is_weak: bool
    rank: int
    columns: tuple[int, int]
    is_range: bool
    is_coordinate: bool

    @property
    def is_certain(self) -> bool:
        """Whether the names alone decide."""
        return not self.is_attribute and not self.is_weak


def pairs_of_names(names: Sequence[str]) -> list[NamedPair]:
    """Return all pairs of columns whose names are those of the ends of an edge, the clearest first.

    Such names differ in one word, such as source and target, ``from_id`` and ``to_id``, protein1 and protein2.
    """
    words = [set() if NUMBER.fullmatch(name) else set(words_of(name)) for name in names]
    pairs = []
    for i, j in combinations(range(len(names)), 2):
        common = words[i] & words[j]
        if common & (_WEIGHT_WORDS | _TIME_WORDS) - _VERTEX_WORDS:
            continue
        one, other = (each - common - _VERTEX_WORDS or each - common for each in (words[i], words[j]))
        if not len(one) == len(other) == 1:
            continue
        ends = (*one, *other)
        rank = next((rank for rank, pair in enumerate(_OPPOSITES) if ends in (pair, pair[::-1])), None)
        if rank is None or _is_one_of_many(ends, common, words):
            continue
        plain, opposites = common & _VERTEX_WORDS, _OPPOSITES[rank]
        weak = opposites not in _CERTAIN_OPPOSITES and not plain
        pairs.append(
            NamedPair(common > plain, weak, rank, (i, j), opposites in _RANGES, opposites in _COORDINATES and not plain)
        )
    return sorted(pairs)


def pair_of_names(names: Sequence[str]) -> tuple[int, int] | None:
    """Return the indices of the two columns that are named most clearly as the ends of an edge, or None."""
    pairs = pairs_of_names(names)
    return pairs[0].columns if pairs else None


def _is_one_of_many(ends: tuple[str, ...], common: set[str], names: Sequence[set[str]]) -> bool:
    """Return whether names continue in a series, such as c after a and b, or b3 after b1 and b2."""
    last = max(ends)
    following = ("2" if "0" in ends else "3") if last == "1" else _NEXT.get(last)
    return following is not None and common | {following} in names


def are_known_names(names: Sequence[str]) -> bool:
    """Return whether two names are almost certainly those of the ends of an edge.

    Names that differ in a letter or a number, such as u and v or P1 and P2, may be ids as well.
    """
    if len(names) != 2 or pair_of_names(names) is None:
        return False
    words = [set(words_of(name)) for name in names]
    common = words[0] & words[1]
    distinct = (words[0] ^ words[1]) - _VERTEX_WORDS
    return distinct <= _ENDS or bool(common & {"id", "node", "vertex"})


def have_any(names: Sequence[str], wanted: Sequence[str]) -> bool:
    """Return whether one of the wanted names is among those of columns, in any case."""
    return not {name.casefold() for name in wanted}.isdisjoint(name.casefold() for name in names)


def is_known_end(name: str) -> bool:
    """Return whether a name is that of one end of an edge in a well-known spelling."""
    return name.lower() in _SPELLINGS


def words_of(name: str) -> list[str]:
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


def is_index(name: str) -> bool:
    """Return whether a name is that of numbers of rows."""
    return name.strip().lower() in _INDEX_NAMES


def is_vertex(name: str) -> bool:
    """Return whether a name is that of one vertex, such as node, id, name, or ``userId:ID`` of Neo4j."""
    words = set(words_of(name))
    return name.endswith(":ID") or (bool(words) and words <= (_VERTEX_WORDS - {"n", "v"}) | {"name", "label"})


def is_end(name: str) -> bool:
    """Return whether a name has a word, not a letter, of one end of an edge, such as parent or target."""
    return any(word in pair for word in words_of(name) if len(word) > 1 for pair in _OPPOSITES)


def has_id(name: str) -> bool:
    """Return whether a name has a word such as id or node."""
    return bool(set(words_of(name)) & _VERTEX_WORDS)


def is_weight(name: str) -> bool:
    """Return whether a name has a word such as weight, value, score or count."""
    return bool(set(words_of(name)) & _WEIGHT_WORDS)


def is_attribute(name: str) -> bool:
    """Return whether a name has a word of attributes or times, such as type, label or date."""
    return bool(set(words_of(name)) & (_ATTRIBUTE_WORDS | _TIME_WORDS))


def is_other(name: str) -> bool:
    """Return whether a name is that of a weight, a time or an attribute that is never an id."""
    words = set(words_of(name))
    return bool(words & (_WEIGHT_WORDS | _TIME_WORDS | _ATTRIBUTE_WORDS - {"name", "label", "title"}))


def weight_rank(name: str) -> tuple[int, int]:
    """Return the order in which names of weights are taken: weight first, then names of few words."""
    words = words_of(name)
    return (not {"weight", "weights"} & set(words), len(words))
