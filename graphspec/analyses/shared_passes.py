"""Sharing of passes: several analyses of one graph take one sketch in place of one each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from graphspec.graphs import Graph
from graphspec.sketches import Prepared, Sampling, SpectralSketch, prepare

_KEPT: ContextVar[dict[tuple[Any, ...], Any] | None] = ContextVar("passes", default=None)

_STRUCTURE = ("operator", "tau", "component", "structure")
_PASS = (*_STRUCTURE, "num_moments", "num_probes", "seed", "first_probe", "memory_limit")


@contextmanager
def shared_passes() -> Iterator[None]:
    """Enclose analyses that share the structure and the sketches of graphs, by the options of the pass.

    Answers are the same to the byte, as a pass depends on its options and on the graph alone. What is shared stays in
    memory until the end.
    """
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def prepared_for(source: Any, sampling: Sampling) -> Prepared:
    """Return a graph or operator that is prepared for the pass, from before where that was done."""
    # The empty sketch is one of a number of moments.
    key = _key(source, sampling, (*_STRUCTURE, "num_moments"))
    return _kept(key, lambda: prepare(source, sampling))


def sketch_for(source: Any, sampling: Sampling, make: Callable[[], SpectralSketch]) -> SpectralSketch:
    """Return the sketch of a graph or operator, from before where the same pass was made.

    Parameters
    ----------
    source
        The graph or operator.
    sampling
        Options of the pass. With a tolerance, its end depends on the quantity, and nothing is shared.
    make
        Function that makes the pass.
    """
    return _kept(None if sampling.tolerance is not None else _key(source, sampling, _PASS), make)


def _key(source: Any, sampling: Sampling, options: tuple[str, ...]) -> tuple[Any, ...] | None:
    """Return what identifies a pass over a graph; None for anything else."""
    if _KEPT.get() is None or not isinstance(source, Graph):
        return None
    values = tuple(getattr(sampling, name) for name in options)
    return (source.fingerprint, source.name, source.weights is not None, options, values)


def _kept(key: tuple[Any, ...] | None, make: Callable[[], Any]) -> Any:
    kept = _KEPT.get()
    if kept is None or key is None:
        return make()
    if key not in kept:
        kept[key] = make()
    return kept[key]
