"""Sharing of passes: several analyses of one graph take one sketch in place of one each."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphspec._version import __version__
from graphspec.files import write_atomically
from graphspec.graphs import Graph
from graphspec.sketches import Prepared, Sampling, SpectralSketch, key_of_order, load_sketch, prepare, save_sketch

_STRUCTURE = ("operator", "tau", "component", "structure")
_PASS = (*_STRUCTURE, "num_moments", "num_probes", "seed", "first_probe", "precision", "memory_limit")

Key = tuple[Any, ...]


@dataclass(frozen=True)
class _Shared:
    """What analyses share.

    Attributes
    ----------
    folder
        Folder of sketches that others share too, or None.
    kept
        Prepared graphs and sketches by what identifies them.
    """

    folder: Path | None = None
    kept: dict[Key, Any] = field(default_factory=dict)

    def sketch(self, key: Key, make: Callable[[], SpectralSketch]) -> SpectralSketch:
        """Return a sketch that was made before, here or by others; or make it."""
        if self.folder is None:
            return make()
        path = self.folder / f"{hashlib.sha256(repr((__version__, key)).encode()).hexdigest()}.npz"
        if path.is_file():
            return load_sketch(path)
        sketch, content = make(), io.BytesIO()
        save_sketch(sketch, content)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content.getvalue())
        return sketch


_SHARED: ContextVar[_Shared | None] = ContextVar("shared", default=None)


@contextmanager
def shared_passes(folder: Path | None = None) -> Iterator[None]:
    """Enclose analyses that share the structure and the sketches of graphs, by the options of the pass.

    Answers are the same to the byte, as a pass depends on its options and on the graph alone. What is shared stays in
    memory until the end.

    Parameters
    ----------
    folder
        Folder of sketches that other processes, and later ones, share too; None for none.
    """
    token = _SHARED.set(_Shared(folder))
    try:
        yield
    finally:
        _SHARED.reset(token)


def prepared_for(source: Any, sampling: Sampling) -> Prepared:
    """Return a graph or operator that is prepared for the pass, from before where that was done."""
    key, shared = _key(source, sampling, _STRUCTURE), _SHARED.get()
    if shared is None or key is None:
        return prepare(source, sampling)
    key += key_of_order(sampling)  # which has the number of moments, as the empty sketch
    if key not in shared.kept:
        shared.kept[key] = prepare(source, sampling)
    prepared: Prepared = shared.kept[key]
    return prepared


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
    key, shared = _key(source, sampling, _PASS), _SHARED.get()
    if shared is None or key is None or sampling.tolerance is not None:
        return make()
    if key not in shared.kept:
        shared.kept[key] = shared.sketch(key, make)
    sketch: SpectralSketch = shared.kept[key]
    return sketch


def _key(source: Any, sampling: Sampling, options: tuple[str, ...]) -> Key | None:
    """Return what identifies a pass over a graph; None for anything else."""
    if _SHARED.get() is None or not isinstance(source, Graph):
        return None
    values = tuple(getattr(sampling, name) for name in options)
    return (source.fingerprint, source.name, source.sha256, source.weights is not None, options, values)
