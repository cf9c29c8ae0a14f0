"""Detection of a header in a first row of words, by all rows below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
from graphspec.readwrite.detection import FirstRow
from graphspec.readwrite.names import are_known_names, is_known_end
from graphspec.readwrite.text import excerpt


@dataclass(frozen=True)
class Verdict:
    """Decision on the first row, with a remark for users.

    Attributes
    ----------
    is_header
        Whether the first row names columns.
    remark
        Reason of the decision, where it is a guess.
    """

    is_header: bool
    remark: str | None = None


def judge_first_row(
    kind: FirstRow, codes: Vertices, words: NDArray[np.bool_], sample: Sequence[Sequence[str]]
) -> Verdict:
    """Judge whether a first row of words names columns.

    Names do not occur as ids. An edge whose ends do not occur again is isolated: the share s of such edges among the
    rows below is the probability of such a first row if it is an edge, against 1 if it is a header. With equal prior
    odds it is a header with probability 1 / (1 + s).

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
    repeated = (below == first[:, None]).all(axis=0)
    # Words above integers are names, even if a few ids below are words by mistake.
    odd = np.count_nonzero(words[:, 1:][:, ~repeated].any(axis=0))
    if words[:, 0].all() and odd < np.count_nonzero(~repeated) and odd <= max(1, 0.01 * num_rows):
        return Verdict(True)
    if (comes_back & ~repeated).any():
        return Verdict(
            False, f"took the first row, {shown}, for an edge: its words come back as ids" if known else None
        )
    # If the first row is repeated, the share is that of isolated edges that are repeated as well.
    isolated = _are_repeated(codes)[1:] if repeated.any() else np.bincount(codes.ravel())[below].max(axis=0) == 1
    share = (np.count_nonzero(isolated & ~repeated) + 0.5) / (num_rows - np.count_nonzero(repeated))
    if known or (share < 0.5 and not repeated.all()):
        remark = (
            f"took the first row, {shown}, for the names of columns: they never come back as ids (--no-header if not)"
        )
        return Verdict(True, None if known else remark)
    return Verdict(False, f"took the first row, {shown}, for an edge (--header if it names columns)")


def _are_repeated(codes: Vertices) -> NDArray[np.bool_]:
    """Return which rows come again in the same order, and have ids that no other row has."""
    _, row, counts = np.unique(codes, axis=1, return_inverse=True, return_counts=True)
    occurrences = np.bincount(codes.ravel())[codes]
    number = counts[row.ravel()]
    return (number > 1) & (occurrences == number).all(axis=0)


def repeated_header(header: Sequence[str] | None, codes: Vertices, words: Sequence[str]) -> int | None:
    """Return the number of the first later row that repeats the names of the columns, or None.

    Two well-known names that occur nowhere else as ids are a header, whatever the first row is.

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
