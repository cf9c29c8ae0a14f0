"""Words that stand for a missing value."""

from __future__ import annotations

# What pandas takes for missing (its documentation of read_csv, `na_values`), PostgreSQL's \N, and more spellings.
_EXACT = frozenset({"", "NA", r"\N"})
_FOLDED = frozenset(
    {"#n/a", "#n/a n/a", "#na", "-1.#ind", "-1.#qnan", "-nan", "1.#ind", "1.#qnan", "<na>", "n/a", "nan", "null"}
    | {"none", "(null)", "<null>", "[null]", "#null!", "n.a.", r"\null", "undefined"}
)


def is_missing(word: str) -> bool:
    """Return whether a field has no value."""
    return word in _EXACT or (len(word) < 10 and word.lower() in _FOLDED)
