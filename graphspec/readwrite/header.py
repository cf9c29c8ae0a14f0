"""Whether a first row of words names columns, judged by all rows below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.readwrite.columns import are_known_names, is_known_end
from graphspec.readwrite.detection import FirstRow
from graphspec.readwrite.text import excerpt


@dataclass(frozen=True)
class Verdict:
    """What the first row is, and what a person should know about it.

    Attributes
    ----------
    is_header
        Whether it names columns.
    remark
        Why, where that was guessed.
    """

    is_header: bool
    remark: str | None = None


def judge_first_row(
    kind: FirstRow, codes: Vertices, words: NDArray[np.bool_], sample: Sequence[Sequence[str]]
) -> Verdict:
    """Judge whether a first row of words names columns.

    Names never come back as ids. An edge whose ends do not come back is an isolated one: the share s of such edges
    among the rows below is the probability to meet one in the first row, against 1 for a header, so that with equal
    odds beforehand it is a header with probability 1 / (1 + s).

    Parameters
    ----------
    kind
        Kind of the first row, as far as the first rows show it.
    codes
        Numbers of the distinct ids, shape (2, number of rows).
    words
        Whether the ids are words, of the same shape.
    sample
        Fields of the first rows.
    """
    num_rows = codes.shape[1]
    if kind not in (FirstRow.UNKNOWN, FirstRow.LIKELY_NAMES) or num_rows < 2:
        return Verdict(False)
    known = kind is FirstRow.LIKELY_NAMES
    shown = excerpt(" ".join(sample[0]))
    first, below = codes[:, 0], codes[:, 1:]
    comes_back = np.isin(below, first).any(axis=0)
    again = (below == first[:, None]).all(axis=0)
    # Above integers, of which a few may be mistakes, words are names.
    odd = np.count_nonzero(words[:, 1:][:, ~again].any(axis=0))
    if words[:, 0].all() and odd < np.count_nonzero(~again) and odd <= max(1, 0.01 * num_rows):
        return Verdict(True)
    if (comes_back & ~again).any():
        return Verdict(
            False, f"took the first row, {shown}, for an edge: its words come back as ids" if known else None
        )
    # With repetitions of the first row, the share is that of isolated edges that are repeated, too.
    occurrences = np.bincount(codes.ravel())[below]
    alone = occurrences[0] == occurrences[1]
    isolated = alone & (occurrences[0] > 1) if again.any() else occurrences.max(axis=0) == 1
    share = (np.count_nonzero(isolated & ~again) + 0.5) / (num_rows - np.count_nonzero(again))
    if known or (share < 0.5 and not again.all()):
        how = f"took the first row, {shown}, for the names of columns: they never come back as ids (--no-header if not)"
        return Verdict(True, None if known else how)
    return Verdict(False, f"took the first row, {shown}, for an edge (--header if it names columns)")


def repeated_header(header: Sequence[str] | None, codes: Vertices, words: Sequence[str]) -> int | None:
    """Return the first row, after the very first one, that names the columns once more, or None.

    Whatever the first row is, two well-known names that are nowhere else an id are a header.

    Parameters
    ----------
    header
        Names of the two columns of ids, or None.
    codes
        Numbers of the distinct ids, shape (2, number of rows).
    words
        The distinct ids.
    """
    same = np.zeros(codes.shape[1], dtype=bool)
    number = {word: code for code, word in enumerate(words) if is_known_end(word) or (header and word in header)}
    if header is not None:
        same = (codes[0] == number.get(header[0], -1)) & (codes[1] == number.get(header[1], -1))
    known = [word for word in number if is_known_end(word)]
    for pair in combinations(known, 2) if len(known) < 9 else ():
        if are_known_names(pair):
            is_name = np.isin(codes, [number[word] for word in pair])
            if (is_name[0] == is_name[1]).all():
                same |= is_name[0]
    same[0] = False
    return int(np.argmax(same)) if same.any() else None
