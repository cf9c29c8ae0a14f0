"""Whether a first row of words names columns, judged by all rows below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Vertices
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
    if words[:, 0].all() and not words[:, 1:].all(axis=0).any():
        return Verdict(True)
    shown = excerpt(" ".join(sample[0]))
    first, below = codes[:, 0], codes[:, 1:]
    comes_back = np.isin(below, first).any(axis=0)
    again = (below == first[:, None]).all(axis=0)
    if (comes_back & ~again).any():
        return Verdict(
            False, f"took the first row, {shown}, for an edge: its words come back as ids" if known else None
        )
    occurrences = np.bincount(codes.ravel())
    isolated = np.count_nonzero((occurrences[below] == 1).all(axis=0))
    share = (isolated + 0.5) / (num_rows - np.count_nonzero(again))
    if known or (share < 0.5 and not again.any()) or (again.any() and share < 0.05):
        how = f"took the first row, {shown}, for the names of columns: they never come back as ids (--no-header if not)"
        return Verdict(True, None if known else how)
    return Verdict(False, f"took the first row, {shown}, for an edge (--header if it names columns)")


def repeated_header(
    header: Sequence[str] | None, used: Sequence[int], columns: Sequence[NDArray[np.object_]]
) -> int | None:
    """Return the first row, after the very first one, that names the columns once more, or None."""
    if header is None or max(used[:2]) >= len(header):
        return None
    same = (columns[0] == header[used[0]]) & (columns[1] == header[used[1]])
    same[0] &= False
    return int(np.argmax(same)) if same.any() else None
