"""Estimates of what tasks cost, before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphspec.batch.plan import Source, Task
from graphspec.catalogue import Catalogue


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rates of the work, measured on two cores of a server.

    Attributes
    ----------
    row_bytes, packed_row_bytes
        Bytes of a row of integer ids, and of one that is compressed.
    read_byte
        Seconds to read a byte of an edge list.
    entry
        Seconds for the product of a stored entry with a vector, by one thread.
    answer
        Seconds for an answer.
    references
        Seconds for reference graphs, by command; of small and of large inputs alike.
    passes
        Number of passes, by command; all others take one.
    """

    row_bytes: float = 13.0
    packed_row_bytes: float = 4.3
    read_byte: float = 2e-8
    entry: float = 5e-9
    answer: float = 0.05
    references: Mapping[str, float] = field(default_factory=lambda: {"fit": 1.0, "classify": 2.5})
    passes: Mapping[str, float] = field(default_factory=lambda: {"clusters": 3.0, "info": 0.0})


RATES = Rates()


def edges_of(source: Source, path: Path | None, catalogue: Catalogue) -> tuple[int | None, bool]:
    """Return the number of edges of a dataset, and whether that is an estimate by the size of the file."""
    if source.path is None:
        sizes = catalogue.get(source.text).entry
        known = sizes.graph or sizes.published
        if known is not None:
            return known.edges, False
    if path is None or not path.is_file():
        return None, False
    packed = path.suffix.lower() in (".gz", ".bz2", ".xz", ".zst", ".zip")
    return round(path.stat().st_size / (RATES.packed_row_bytes if packed else RATES.row_bytes)), True


def seconds_of(task: Task, edges: Mapping[Source, int | None], threads: int) -> float | None:
    """Return the estimated time of a task; None where a dataset is not known.

    Parameters
    ----------
    task
        The task.
    edges
        Numbers of edges of datasets.
    threads
        Threads of the pass.
    """
    counts = [edges[source] for source in task.sources]
    if any(count is None for count in counts):
        return None
    total = sum(count for count in counts if count is not None)
    sampling: Any = getattr(task.options, "sampling", None)
    entries = 2.0 * total * (0 if sampling is None else sampling.num_probes * sampling.num_moments / 2)
    passes = RATES.passes.get(task.question.name, 1.0) * entries * RATES.entry / threads
    reading = total * RATES.row_bytes * RATES.read_byte
    return reading + passes + RATES.answer + RATES.references.get(task.question.name, 0.0)
