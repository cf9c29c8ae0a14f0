"""What every command does around its library call: find the input, sketch it, show progress, go through many inputs."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from graphspec.cli import FailedInputsError
from graphspec.errors import GraphspecError, InputError, SketchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graphspec.cli._options import Reading, Sampling, Writing
    from graphspec.densities import SpectralDensity
    from graphspec.graph import Graph
    from graphspec.moments import Moments
    from graphspec.sketching import InputSummary, SpectralSketch

    Progress = Callable[[int, int], None]

_SKETCH_ANSWERS = ("num_probes", "seed", "first_probe", "operator", "component", "weighted", "structure")


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A density with what a report says beside it."""

    source: InputSummary
    density: SpectralDensity
    moments: Moments
    num_matvecs: int
    parameters: dict[str, Any]


class Talk:
    """Remarks and progress on standard error; the data never go there."""

    def __init__(self, writing: Writing) -> None:
        self.verbose = writing.verbose and not writing.quiet
        self.quiet = writing.quiet

    def remark(self, message: str) -> None:
        """Say something that a person should know."""
        if not self.quiet:
            click.echo(f"graphspec: {message}", err=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Say how long a stage took, where that was asked for."""
        start = perf_counter()
        yield
        if self.verbose:
            click.echo(f"graphspec: {name}: {perf_counter() - start:.2f} s", err=True)

    @contextmanager
    def progress(self, name: str, unit: str) -> Iterator[Progress | None]:
        """Give a callback that draws a bar, on a terminal and for what takes more than a second."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        from tqdm import tqdm

        with tqdm(desc=name, unit=unit, unit_scale=True, delay=1.0, file=sys.stderr, leave=False) as bar:

            def advance(done: int, planned: int) -> None:
                bar.total = planned
                bar.update(done - bar.n)

            yield advance


def read_input(name: str, reading: Reading, talk: Talk) -> Graph | SpectralSketch:
    """Return the graph or sketch that an argument of the command line stands for."""
    with talk.stage("reading"), talk.progress("reading", "B") as progress:
        return _read(name, reading, progress)


def _read(name: str, reading: Reading, progress: Progress | None) -> Graph | SpectralSketch:
    from graphspec.sketchfile import is_sketch, load_sketch

    if name == "-":
        content = sys.stdin.buffer.read()
        if content[:2] == b"PK" and is_sketch(content):
            return load_sketch(io.BytesIO(content), name=name)
        return _read_edges(io.BytesIO(content), reading, name, progress)
    path = Path(name)
    if not path.exists() and not path.suffix:
        from graphspec.catalogue import datasets, load_dataset

        if name in datasets():
            return load_dataset(name)
        raise InputError(f"{name}: no such file, and no dataset of that name; there are {', '.join(datasets())}")
    if path.is_file():
        with path.open("rb") as stream:
            zipped = stream.read(2) == b"PK"
        if zipped and is_sketch(path.read_bytes()):
            return load_sketch(path)
    return _read_edges(name, reading, name, progress)


def make_sketch(source: Graph | SpectralSketch, sampling: Sampling, reading: Reading, talk: Talk) -> SpectralSketch:
    """Sketch a graph, or check that a sketch can serve what was asked for."""
    from graphspec.sketching import SpectralSketch, moment_half_width, sketch

    if isinstance(source, SpectralSketch):
        _check_answers(source, sampling, reading)
        return source
    with talk.stage("pass"), talk.progress("sketching", " products") as progress:
        result = sketch(source, **asdict(sampling), progress=progress)
    if sampling.tolerance is not None:
        width = moment_half_width(result, sampling.confidence)
        ended = "tolerance" if width <= sampling.tolerance else "--max-probes"
        talk.remark(f"{result.num_probes} probes: {ended} ended the pass, moments are within {width:.2g}")
    return result


def spectrum_of(
    source: Graph | SpectralSketch, method: str, sampling: Sampling, reading: Reading, talk: Talk
) -> Spectrum:
    """Return the density of an input by one of the methods, with its moments."""
    from graphspec.densities import density
    from graphspec.moments import spectrum_moments

    if method == "exact":
        return _exact_spectrum(source, sampling, reading, talk)
    sketch = make_sketch(source, sampling, reading, talk)
    order = sampling.num_moments if explicit("num_moments") else sketch.num_moments
    with talk.stage("density"):
        found = density(sketch, method, num_moments=order, confidence=sampling.confidence)
    parameters = {**sampling_parameters(sketch, sampling, reading), "num_moments": order}
    return Spectrum(sketch.source, found, spectrum_moments(sketch, order), sketch.num_matvecs, parameters)


def sampling_parameters(sketch: SpectralSketch, sampling: Sampling, reading: Reading) -> dict[str, Any]:
    """Return the parameters of a record that describe how a sketch came about."""
    from graphspec.probes import ProbeRange

    first = sketch.probe_ranges[0] if sketch.probe_ranges else ProbeRange(sampling.seed, sampling.first_probe, 0)
    return {
        "num_moments": sketch.num_moments,
        "num_probes": sketch.num_probes or sampling.num_probes,
        "seed": first.seed,
        "first_probe": first.start,
        "operator": sketch.operator,
        "tolerance": sampling.tolerance,
        "max_probes": sampling.max_probes,
        "confidence": sampling.confidence,
        **sketch.options,
        **reading_parameters(reading),
    }


def reading_parameters(reading: Reading) -> dict[str, Any]:
    """Return the parameters of a record that describe how an edge list was read."""
    return {
        "delimiter": reading.delimiter,
        "columns": None if reading.columns is None else list(reading.columns),
        "comment": reading.comment,
        "header": reading.header,
    }


def for_each(names: Sequence[str], work: Callable[[str], None]) -> None:
    """Do every input; one that fails is reported, and the others are still done.

    Raises
    ------
    FailedInputsError
        At the end, if an input failed.
    """
    failed = False
    for name in names:
        try:
            work(name)
        except GraphspecError as error:
            failed = True
            click.echo(f"graphspec: error: {error}", err=True)
    if failed:
        raise FailedInputsError


def explicit(name: str) -> bool:
    """Tell whether an option was given on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _exact_spectrum(source: Graph | SpectralSketch, sampling: Sampling, reading: Reading, talk: Talk) -> Spectrum:
    import numpy as np

    from graphspec.densities import density, exact_density
    from graphspec.moments import Moments
    from graphspec.sketching import SpectralSketch, prepare

    if isinstance(source, SpectralSketch):
        density(source, "exact")
    with talk.stage("dense eigenvalues"):
        prepared = prepare(
            source,
            num_moments=sampling.num_moments,
            operator=sampling.operator,
            component=sampling.component,
            structure=sampling.structure,
        )
        found = exact_density(prepared, sampling.num_moments, sampling.confidence)
    values = found.moments(sampling.num_moments).value
    moments = Moments(values, np.zeros((2, len(values))))
    parameters = sampling_parameters(prepared.empty, sampling, reading)
    return Spectrum(prepared.empty.source, found, moments, 0, parameters)


def _read_edges(source: str | io.BytesIO, reading: Reading, name: str, progress: Progress | None) -> Graph:
    from graphspec.edgelist import read_edges

    return read_edges(source, name=name, progress=progress, **asdict(reading))


def _check_answers(found: SpectralSketch, sampling: Sampling, reading: Reading) -> None:
    """Refuse options that the sketch contradicts: it holds no matrix to do anything else with."""
    first = found.probe_ranges[0]
    held = {
        "num_probes": found.num_probes,
        "seed": first.seed,
        "first_probe": first.start,
        "operator": found.operator,
        **found.options,
    }
    asked = {**asdict(sampling), **asdict(reading)}
    for name in _SKETCH_ANSWERS:
        if explicit(name) and asked[name] != held[name]:
            made = _spoken(name, held[name])
            raise SketchError(f"{found.source.name}: the sketch was made {made}: give the edge list")
    if explicit("tolerance"):
        raise SketchError(
            f"{found.source.name}: a sketch cannot be given more probes for --tolerance: give the edge list"
        )


def _spoken(option: str, value: Any) -> str:
    """Say an option as it stands on the command line."""
    name = f"--{option.replace('_', '-')}"
    if isinstance(value, bool):
        return f"{'with' if value else 'without'} {name}"
    return f"with {name} {value}"
