"""Sorting, numbering and hashing of integer arrays."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graphspec._typing import Mask, Vertices
from graphspec.machine import native, use_native

Colours = NDArray[np.uint64]


def index_pointer(indptr: NDArray[np.integer[Any]]) -> NDArray[np.integer[Any]]:
    """Return row pointers in 32 bits where they fit: otherwise scipy widens the indices to the type of the pointers."""
    return indptr.astype(np.int32) if indptr[-1] < 2**31 else indptr


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct numbers in increasing order; numpy.unique takes many times as long (numpy 2.3 on)."""
    # Edges in files are often in order: to look takes a hundredth of the time of sorting.
    ordered = values.copy() if (values[1:] >= values[:-1]).all() else np.sort(values)
    return distinct_of_sorted(ordered)


def distinct_of_sorted(ordered: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the distinct ones of sorted numbers; their memory is used for the result."""
    return ordered[: native.unique_sorted(ordered)] if use_native() else ordered[first_of_equal(ordered)]


def numbered(tail: Vertices, head: Vertices) -> tuple[Vertices, Vertices, Vertices]:
    """Return the distinct ids in increasing order, and both ends as indices into them."""
    low, high = int(min(tail.min(), head.min())), int(max(tail.max(), head.max()))
    # Ids in a range that is small relative to the edges are marked in a table; sorting takes many times as long.
    if high - low < 8 * len(tail) + 1024:
        tail, head = (tail - low, head - low) if low else (tail, head)
        present = np.zeros(high - low + 1, dtype=bool)
        present[tail] = present[head] = True
        labels = np.flatnonzero(present) + low
        if len(labels) < len(present):
            position = np.cumsum(present) - 1
            tail, head = position[tail], position[head]
        return labels, tail, head
    labels, inverse = np.unique(np.concatenate([tail, head]), return_inverse=True)
    return labels, inverse[: len(tail)], inverse[len(tail) :]


def first_of_equal(ordered: NDArray[Any]) -> Mask:
    """Return the mask of the sorted values that differ from their predecessors."""
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def mixed_bits(values: Colours) -> Colours:
    """Return a bijective mixture of the bits (the finisher of splitmix64, Steele, Lea and Flood 2014)."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def renumbered(labels: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return labels below `count` renumbered consecutively from 0 on, in the same order."""
    if count == 1:
        return labels
    present = np.zeros(count, bool)
    present[labels] = True
    return (np.cumsum(present, dtype=np.int32) - 1)[labels]


def is_mapped(array: NDArray[Any]) -> bool:
    """Return whether an array is mapped from a file."""
    return _file_of(array) is not None


def release_pages(array: NDArray[Any]) -> None:
    """Take the pages of a file that an array is mapped from, if it is, off the memory of the process.

    They are there again when the array is used, from the memory of the system as long as that has room for them.
    """
    mapped = _file_of(array)
    if mapped is None or not hasattr(mmap, "MADV_DONTNEED"):
        return
    if memoryview(mapped).readonly:  # or what was written to a private copy of a page would be lost
        mapped.madvise(mmap.MADV_DONTNEED)


def _file_of(array: NDArray[Any]) -> mmap.mmap | None:
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    return base if isinstance(base, mmap.mmap) else None
