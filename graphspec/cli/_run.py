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
    from graphspec.densities.base import SpectralDensity
    from graphspec.graphs.graph import Graph
    from graphspec.sketches.moments import Moments
    from graphspec.sketches.planning import PassPlan
    from graphspec.sketches.preparation import Prepared
    from graphspec.sketches.spectral_sketch import InputSummary, SpectralSketch

    Progress = Callable[[int, int | None], None]

_SKETCH_ANSWERS = ("num_probes", "seed", "first_probe", "operator", "component", "weighted", "structure")
_DENSE_IN_A_SECOND = 2000  # eigenvalues that a dense solver finds in about a second
_READING_OPTIONS = ("delimiter", "columns", "comment", "header")


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A density with what a report says beside it."""

    source: InputSummary
    density: SpectralDensity
    moments: Moments
    num_matvecs: int
    parameters: dict[str, Any]
    sketch: SpectralSketch | None = None


@dataclass(frozen=True)
class Goal:
    """What ``--tolerance`` is about: a relative width of something that is read from a sketch, for a message."""

    what: str
    excess: Callable[[SpectralSketch], float]


class Talk:
    """Remarks and progress on standard error; the data never go there."""

    def __init__(self, writing: Writing) -> None:
        self.verbose = writing.verbose and not writing.quiet
        self.quiet = writing.quiet

    def remark(self, message: str) -> None:
        """Say something that a person should know."""
        if not self.quiet:
            self.warn(message)

    def warn(self, message: str) -> None:
        """Say something that a person must know, even one who wants quiet."""
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

            def advance(done: int, planned: int | None) -> None:
                bar.total = planned
                bar.update(done - bar.n)

            yield advance


def read_input(name: str, reading: Reading, talk: Talk) -> Graph | SpectralSketch:
    """Return the graph or sketch that an argument of the command line stands for."""
    with talk.stage("reading"), talk.progress("reading", "B") as progress:
        try:
            return _read(name, reading, progress)
        except OSError as error:
            raise InputError(f"{name}: cannot be read ({error.strerror or error})") from error


def _read(name: str, reading: Reading, progress: Progress | None) -> Graph | SpectralSketch:
    from graphspec.readwrite.graphfile import MAGIC, is_graph_file
    from graphspec.sketches.sketchfile import is_sketch, load_sketch

    if name == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed: give a file")
        content = sys.stdin.buffer.read()
        if content[:2] == b"PK" and is_sketch(content):
            return load_sketch(io.BytesIO(content), name=name)
        if content.startswith(MAGIC):
            raise InputError("-: a graph that convert wrote is mapped from its file: give that in place of -")
        return _read_edges(io.BytesIO(content), reading, name, progress)
    path = Path(name)
    if not path.exists() and not path.suffix:
        from graphspec.readwrite.datasets import datasets, load_dataset

        if name.lower() in datasets():
            for option in _READING_OPTIONS:
                if explicit(option):
                    raise InputError(f"{name}: a dataset is read as the catalogue says: leave --{option} out")
            return load_dataset(name.lower(), weighted=reading.weighted)
        raise InputError(f"{name}: no such file, and no dataset of that name; there are {', '.join(datasets())}")
    if path.is_file():
        with path.open("rb") as stream:
            zipped = stream.read(2) == b"PK"
        if zipped and is_sketch(path.read_bytes()):
            return load_sketch(path)
        if is_graph_file(path):
            return _opened_graph(path, reading)
    return _read_edges(name, reading, name, progress)


def _opened_graph(path: Path, reading: Reading) -> Graph:
    from graphspec.readwrite.graphfile import open_graph

    for option in _READING_OPTIONS:
        if explicit(option):
            raise InputError(f"{path}: is no edge list: leave --{option} out")
    graph = open_graph(path)
    if reading.weighted and graph.weights is None:
        raise InputError(f"{path}: was converted without weights")
    return graph


def make_sketch(
    name: str,
    source: Graph | SpectralSketch,
    sampling: Sampling,
    reading: Reading,
    talk: Talk,
    goal: Goal | None = None,
) -> SpectralSketch:
    """Sketch a graph until the goal of a tolerance is met, or check that a sketch can serve what was asked for."""
    from graphspec.sketches.lanczos_pass import sample
    from graphspec.sketches.spectral_sketch import SpectralSketch

    if isinstance(source, SpectralSketch):
        _check_answers(name, source, sampling, reading)
        return source
    with talk.stage("structure"):
        prepared = _prepared(source, sampling)
    plan = _planned(name, prepared, sampling, talk)
    with talk.stage("pass"), talk.progress("sketching", " products") as progress:
        excess = None if goal is None else goal.excess
        result = sample(prepared, _options_of(sampling), plan=plan, excess=excess, progress=progress)
    if sampling.tolerance is not None:
        talk.remark(f"{name}: {_what_ended(result, sampling, goal)}")
    return result


def _prepared(source: Graph, sampling: Sampling) -> Prepared:
    from graphspec.sketches.preparation import prepare

    return prepare(source, _options_of(sampling))


def _options_of(sampling: Sampling) -> Any:
    from graphspec.sketches import sampling as library

    return library.Sampling(**asdict(sampling))


def _planned(name: str, prepared: Prepared, sampling: Sampling, talk: Talk) -> PassPlan:
    """Return how the pass is done; say what it needs where memory is limited."""
    from graphspec.sketches.planning import estimated_seconds, plan_pass

    plan = plan_pass(prepared, sampling.num_probes or 1, sampling.memory_limit)
    if prepared.remainder.dense_rows is None and (talk.verbose or sampling.memory_limit is not None):
        what = f"{plan.num_products:,} products of {plan.num_rows:,} rows and {plan.num_entries:,} entries"
        together = f"{plan.block_width} at once" + plan.streamed * ", entries read from disk"
        message = f"{name}: the pass: {what}, {together}: {plan.num_bytes / 1e6:,.0f} MB"
        if sampling.memory_limit is not None:
            # To find out takes a part of that time itself.
            message += f", about {estimated_seconds(prepared, plan, sampling.threads):.1f} s"
        talk.remark(message)
    return plan


def _what_ended(result: SpectralSketch, sampling: Sampling, goal: Goal | None) -> str:
    """Say which of tolerance and limit ended the pass, and how wide the intervals are."""
    from graphspec.sketches.lanczos_pass import moment_half_width

    assert sampling.tolerance is not None
    if goal is None:
        what, width = "moments are", moment_half_width(result, sampling.confidence)
    else:
        what, width = f"{goal.what} is", goal.excess(result) * sampling.tolerance
    if goal is not None and width == 0:
        return f"{result.num_probes} probes: there is no significant gap, and nothing to bring within a tolerance"
    if width == float("inf"):
        return f"{result.num_probes} probes: no more of them would help, {goal.what if goal else ''} needs more moments"
    ended = "tolerance" if width <= sampling.tolerance else "--max-probes"
    return f"{result.num_probes} probes: {ended} ended the pass, {what} within {width:.2g}"


def spectrum_of(
    name: str,
    source: Graph | SpectralSketch,
    method: str,
    sampling: Sampling,
    reading: Reading,
    talk: Talk,
    goal: Goal | None = None,
) -> Spectrum:
    """Return the density of an input by one of the methods, with its moments."""
    if method == "exact":
        return _exact_spectrum(name, source, sampling, reading, talk)
    sketch = make_sketch(name, source, sampling, reading, talk, goal)
    order = sampling.num_moments if explicit("num_moments") else sketch.num_moments
    with talk.stage("density"):
        from graphspec.densities.methods import density
        from graphspec.sketches.moments import spectrum_moments

        found = density(sketch, method, num_moments=order, confidence=sampling.confidence)
    parameters = {**sampling_parameters(sketch, sampling, reading), "num_moments": order}
    return Spectrum(sketch.source, found, spectrum_moments(sketch, order), sketch.num_matvecs, parameters, sketch)


def sampling_parameters(sketch: SpectralSketch, sampling: Sampling, reading: Reading) -> dict[str, Any]:
    """Return the parameters of a record that describe how a sketch came about."""
    parameters = {**sketch_parameters(sketch), **reading_parameters(reading)}
    if not sketch.probe_ranges:
        parameters |= {"seed": sampling.seed, "first_probe": sampling.first_probe, "num_probes": sampling.num_probes}
    stopping = {name: getattr(sampling, name) for name in ("tolerance", "max_probes", "confidence")}
    return {**parameters, **stopping}


def sketch_parameters(sketch: SpectralSketch) -> dict[str, Any]:
    """Return the parameters of a record that a sketch knows of itself."""
    first = sketch.probe_ranges[0] if sketch.probe_ranges else None
    return {
        "num_moments": sketch.num_moments,
        "num_probes": sketch.num_probes,
        "seed": None if first is None else first.seed,
        "first_probe": None if first is None else first.start,
        "probe_ranges": [part._asdict() for part in sketch.probe_ranges],
        "operator": sketch.operator,
        **sketch.options,
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
            # The library does not always know which of the inputs it works on.
            message = str(error) if name in str(error) else f"{name}: {error}"
            click.echo(f"graphspec: error: {message}", err=True)
    if failed:
        raise FailedInputsError


def explicit(name: str) -> bool:
    """Tell whether an option was given on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _exact_spectrum(
    name: str, source: Graph | SpectralSketch, sampling: Sampling, reading: Reading, talk: Talk
) -> Spectrum:
    import numpy as np

    from graphspec.densities.methods import exact_density
    from graphspec.sketches.moments import Moments
    from graphspec.sketches.spectral_sketch import SpectralSketch

    if isinstance(source, SpectralSketch):
        raise SketchError(f"{name}: a sketch holds no matrix, so --method exact needs the edge list")
    with talk.stage("dense eigenvalues"):
        prepared = _prepared(source, sampling)
        rows = prepared.remainder.whole.num_rows
        if rows > _DENSE_IN_A_SECOND and sys.stderr.isatty():
            talk.remark(f"{rows:,} eigenvalues by a dense solver: up to a minute or two")
        found = exact_density(prepared, sampling.num_moments, sampling.confidence)
    values = found.moments(sampling.num_moments).value
    moments = Moments(values, np.zeros((2, len(values))))
    parameters = sampling_parameters(prepared.empty, sampling, reading)
    return Spectrum(prepared.empty.source, found, moments, 0, parameters)


def _read_edges(source: str | io.BytesIO, reading: Reading, name: str, progress: Progress | None) -> Graph:
    from graphspec.readwrite.edgelist import read_edges

    return read_edges(source, name=name, progress=progress, **asdict(reading))


def _check_answers(name: str, found: SpectralSketch, sampling: Sampling, reading: Reading) -> None:
    """Refuse options that the sketch contradicts: it holds no matrix to do anything else with."""
    asked, held = {**asdict(sampling), **asdict(reading)}, sketch_parameters(found)
    for option in _SKETCH_ANSWERS:
        if explicit(option) and asked[option] != held[option]:
            made = _spoken(option, held[option])
            raise SketchError(f"{name}: the sketch was made {made}: leave the option out, or give the edge list")
    if explicit("num_moments") and sampling.num_moments > 2 * found.num_steps:
        most = 2 * found.num_steps
        raise SketchError(f"{name}: the sketch holds {most} moments, not {sampling.num_moments}: give the edge list")
    if explicit("tolerance"):
        raise SketchError(f"{name}: a sketch cannot be given more probes for --tolerance: give the edge list")
    for option in _READING_OPTIONS:
        if explicit(option):
            raise SketchError(f"{name}: a sketch is not read with --{option}: leave it out, or give the edge list")


def check_inputs(names: Sequence[str], *written: str | None) -> None:
    """Refuse to read standard input twice, and to overwrite an input or one output by the other."""
    from graphspec.files import Output

    if names.count("-") > 1:
        raise click.UsageError("- stands for standard input, which can be read once")
    targets = [path for path in written if path not in (None, "-")]
    for path in targets:
        for name in names:
            if Output(path).is_same_file(name):
                raise click.UsageError(f"{path} is an input: it would be overwritten")
    if len(set(targets)) < len(targets):
        raise click.UsageError(f"{targets[0]} is given for two outputs")


def _spoken(option: str, value: Any) -> str:
    """Say an option as it stands on the command line."""
    name = f"--{option.replace('_', '-')}"
    if isinstance(value, bool):
        return f"{'with' if value else 'without'} {name}"
    return f"with {name} {value}"
