"""Rademacher probes that depend on a seed and their own number alone, so that they can be added, split and merged."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from graphspec.errors import SketchError


class ProbeRange(NamedTuple):
    """Probes `start` to `stop` - 1 of a seed."""

    seed: int
    start: int
    stop: int


def rademacher_probe(seed: int, number: int, size: int) -> NDArray[np.float64]:
    """Return probe `number` of `seed`: independent signs, shape (size,).

    The signs are the bits of the counter-based generator Philox (Salmon et al., SC 2011) under the key (seed, number):
    any probe can be computed without the others.
    """
    return np.asarray(rademacher_probes(seed, range(number, number + 1), size)[0])


def rademacher_probes(
    seed: int, numbers: range, size: int, order: NDArray[np.integer[Any]] | None = None
) -> NDArray[np.float64]:
    """Return several probes of a seed as rows, shape (number of probes, size); see :func:`rademacher_probe`.

    With an order, entries of a probe are those of the numbers in it, a permutation of 0 to size - 1.
    """
    # Fits use the same probes for many small graphs, whose sizes differ a little: their signs are cached.
    draw = _few_signs if size <= _FEW else _signs
    signs = draw(seed, numbers, size if size > _FEW else _FEW)[:, :size]
    return (signs if order is None else signs[:, order]).astype(np.float64)


def _signs(seed: int, numbers: range, size: int) -> NDArray[np.int8]:
    count = -(-size // 64)
    words = np.array([_words(seed, number, count) for number in numbers], "<u8").reshape(len(numbers), count)
    signs = np.unpackbits(words.view(np.uint8), axis=1, count=size, bitorder="little").view(np.int8)
    signs *= 2
    signs -= 1
    return signs


_few_signs = lru_cache(maxsize=256)(_signs)

_FEW = 4096  # signs of a probe that are cached: a block of 16 takes 64 kB


def _words(seed: int, number: int, count: int) -> NDArray[np.uint64]:
    key = np.array([seed, number], dtype=np.uint64)
    return np.asarray(np.random.Philox(key=key).random_raw(count).astype("<u8"))


def united(ranges: Iterable[ProbeRange]) -> tuple[ProbeRange, ...]:
    """Return sorted ranges with adjacent ones joined.

    Raises
    ------
    SketchError
        If two of them share a probe: averaging it twice would make intervals too narrow.
    """
    result: list[ProbeRange] = []
    for part in sorted(ranges):
        last = result[-1] if result else None
        if last is not None and last.seed == part.seed and part.start < last.stop:
            shared = f"{part.start} to {min(part.stop, last.stop) - 1}"
            raise SketchError(f"probes {shared} of seed {part.seed} are in more than one sketch: give each its own")
        if last is not None and last.seed == part.seed and part.start == last.stop:
            result[-1] = last._replace(stop=part.stop)
        else:
            result.append(part)
    return tuple(result)
