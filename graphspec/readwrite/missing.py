"""Words that stand for a missing value."""

from __future__ import annotations

# What pandas takes for missing (its documentation of read_csv, `na_values`), and PostgreSQL's \N.
MISSING_WORDS = frozenset(
    {"", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"}
    | {"NULL", "NaN", "None", "n/a", "nan", "null", r"\N"}
)


def is_missing(word: str) -> bool:
    """Return whether a field has no value."""
    return word in MISSING_WORDS
