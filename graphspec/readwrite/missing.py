"""Words that stand for a missing value."""

from __future__ import annotations

# What pandas takes for missing (its documentation of read_csv, `na_values`), PostgreSQL's \N, and more spellings.
_EXACT = frozenset({"", "NA", r"\N"})
_FOLDED = frozenset(
    {"#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan", "<na>", "n/a", "nan", "null"}
    # Of spreadsheets, and of times.
    | {"#ref!", "#value!", "#div/0!", "#name?", "#num!", "nat"}
    | {"none", "(null)", "<null>", "[null]", "#null!", "n.a.", r"\null", "undefined"}
)
_PLACEHOLDERS = frozenset(
    {"-", "--", "?", "??", ".", "..", "nil", "na", "[]", "{}", "()", "''", "*", "missing", "unknown"}
)
"""Words that stand for no value in some files, and are ids in others."""


def is_placeholder(word: str) -> bool:
    """Return whether a field may have no value."""
    return len(word) < 8 and word.lower() in _PLACEHOLDERS


def is_missing(word: str) -> bool:
    """Return whether a field has no value."""
    return word in _EXACT or (len(word) < 10 and word.lower() in _FOLDED)
