"""Sketches of graphs, and unions of sketches of one graph."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType

from graphspec._typing import Record
from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import dropped_facts, heading
from graphspec.analyses.results import Result
from graphspec.analyses.sources import name_of, open_source
from graphspec.analyses.spectra import sampling_parameters, sketch_parameters, sketch_source
from graphspec.errors import SketchError
from graphspec.files import write_atomically
from graphspec.machine import one_blas_thread
from graphspec.options import Options, group_of
from graphspec.output import facts_table, record_of
from graphspec.readwrite import Reading
from graphspec.sketches import InputSummary, Sampling, SpectralSketch, load_sketch, merge, save_sketch


@dataclass(frozen=True, kw_only=True)
class SketchOptions(Options):
    """Options of a sketch: those of sampling and of reading an edge list."""

    sampling: Sampling = group_of(Sampling)
    reading: Reading = group_of(Reading)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class SketchResult(Result):
    """A sketch and the path of its file.

    Attributes
    ----------
    sketch
        The sketch.
    path
        Path of its file.
    """

    command: ClassVar[str] = "sketch"
    sketch: SpectralSketch
    path: str

    def save(self) -> None:
        """Write the sketch to its path."""
        content = io.BytesIO()
        save_sketch(self.sketch, content)
        write_atomically(self.path, content.getvalue())

    def values(self) -> Record:
        """Return the numbers of probes and steps, the ranges of probes, and the path."""
        return {
            "num_probes": self.sketch.num_probes,
            "num_steps": self.sketch.num_steps,
            "probe_ranges": [part._asdict() for part in self.sketch.probe_ranges],
            "path": self.path,
        }

    def table(self, width: int) -> list[RenderableType]:  # noqa: ARG002
        """Return what reading dropped, and the contents of the sketch."""
        return [heading(self.source), facts_table({**dropped_facts(self.source), **self.values()})]


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class MergeResult(SketchResult):
    """The union of several sketches.

    Attributes
    ----------
    sources
        Summaries of the inputs of the united sketches.
    """

    command: ClassVar[str] = "merge"
    sources: tuple[InputSummary, ...]

    def record(self) -> Record:
        """Return the record, with `inputs` in place of `input`."""
        inputs = {"inputs": [asdict(source) for source in self.sources]}
        return record_of(self.command, inputs, self.parameters, self.values())


@one_blas_thread()
def run(
    source: Any, path: str | Path, options: SketchOptions | None = None, progress: Console = SILENT
) -> SketchResult:
    """Sketch an input.

    Parameters
    ----------
    source
        Any input that :func:`graphspec.analyses.sources.open_source` accepts, except a sketch.
    path
        Path of the file to write.
    options
        Sampling and reading.
    progress
        Console for remarks and progress.

    Raises
    ------
    SketchError
        If the source is a sketch already.
    """
    options = options or SketchOptions()
    name, content = name_of(source), open_source(source, options.reading, progress)
    if isinstance(content, SpectralSketch):
        raise SketchError(f"{name}: is a sketch already")
    sketch, _ = sketch_source(name, content, options, progress)
    return SketchResult(
        source=sketch.source, parameters=sampling_parameters(sketch, options), sketch=sketch, path=str(path)
    )


def run_merge(paths: Sequence[str | Path], path: str | Path) -> MergeResult:
    """Unite saved sketches of one graph that used different probes.

    Parameters
    ----------
    paths
        Files of the sketches.
    path
        Path of the file to write.

    Raises
    ------
    SketchError
        If a file is no sketch, or the sketches cannot be united.
    """
    parts = [load_sketch(part) for part in paths]
    united = merge(parts, names=[str(part) for part in paths])
    return MergeResult(
        source=united.source,
        parameters=sketch_parameters(united),
        sketch=united,
        path=str(path),
        sources=tuple(part.source for part in parts),
    )
