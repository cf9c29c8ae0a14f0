"""Results as tables and sentences for a person in a shell; rich is imported when one is made."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.report import pairs_of
from graphspec.analyses.textplot import draw_density
from graphspec.clusters.counting import EigenvalueCount
from graphspec.clusters.outcomes import ClusterCount
from graphspec.comparison.classification import Classification
from graphspec.comparison.divergence import Comparison
from graphspec.comparison.fitting import Fit
from graphspec.densities.base import SpectralDensity
from graphspec.exact.atoms import point_masses
from graphspec.sketches.spectral_sketch import InputSummary

_TABLE_PAIRS = 30
_MATRIX_INPUTS = 10  # whose matrix fits into the width of a terminal
_ATOMS_LISTED = 12
_TABLE_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def spectrum_table(
    source: InputSummary, density: SpectralDensity, parameters: Record, width: int
) -> list[RenderableType]:
    """Return what a person in a shell wants to see of a spectrum: the input, a picture, atoms and quantiles."""
    lines = ["All of them are known exactly."]
    if density.continuous_share > 0:
        lines = draw_density(density, width=max(20, min(width - 18, 100)))
    many = "eigenvalue" if density.dimension == 1 else "eigenvalues"
    size = f"{density.dimension:,} {many} of the {parameters['operator']} operator"
    how = f"{density.method}, {parameters['num_moments']} moments, {parameters['num_probes']} probes"
    if density.method == "exact":
        how = f"all of them, drawn with the resolution of {parameters['num_moments']} moments"
    solver = "" if density.solver.converged else "  [bold red]the solver did not converge[/]"
    quantiles = density.quantile(list(_TABLE_QUANTILES))
    table = Table(title=f"Quantiles, with {density.confidence:.0%} intervals", title_justify="left")
    table.add_column("share of eigenvalues", justify="right")
    for name in ("at most", "low", "high"):
        table.add_column(name, justify="right")
    for share, value, low, high in zip(_TABLE_QUANTILES, quantiles.value, quantiles.low, quantiles.high, strict=True):
        table.add_row(f"{share:.0%}", f"{value:.4f}", f"{low:.4f}", f"{high:.4f}")
    parts: list[RenderableType] = [
        _title(source),
        Text.from_markup(f"{size}; {how}{solver}"),
        Text("\n" + "\n".join(lines) + "\n", no_wrap=True),
    ]
    if density.atoms:
        parts.append(_atom_table(density))
    return [*parts, table]


def clusters_table(source: InputSummary, count: ClusterCount, parameters: Record) -> list[RenderableType]:
    """Return what a person wants to know of the clusters: the answer in a sentence, and the gaps behind it."""
    parts: list[RenderableType] = [_title(source), Text(count.sentence, style="bold")]
    parts += [Text(remark) for remark in count.remarks]
    how = f"{parameters['method']}, {parameters['num_moments']} moments"
    probes = "" if parameters["method"] == "exact" else f", {parameters['num_probes']} probes"
    parts.append(Text(f"{how}{probes}, {parameters['operator']} operator"))
    if not count.candidates:
        return parts
    table = Table(title="Gaps: significant ones above the components first, then by width", title_justify="left")
    for name in ("from", "to", "eigenvalues below", f"{count.density.confidence:.0%} interval", "width in π / moments"):
        table.add_column(name, justify="right")
    table.add_column("significant")
    for gap in count.candidates:
        below = f"{gap.count:,.1f}{' (components)' if gap.trivial else ''}"
        interval = f"{gap.count_low:,.1f} to {gap.count_high:,.1f}"
        ends = (f"{gap.gap_low:.4g}", f"{gap.gap_high:.4g}")
        table.add_row(*ends, below, interval, f"{gap.score:.1f}", "yes" if gap.significant else "no")
    return [*parts, table]


def count_table(source: InputSummary, found: EigenvalueCount, parameters: Record) -> list[RenderableType]:
    """Return the number of eigenvalues in an interval as a sentence."""
    number = f"{found.count:,.1f} eigenvalues ({found.count_low:,.1f} to {found.count_high:,.1f})"
    how = f"{parameters['method']}, {parameters['num_moments']} moments, {parameters['num_probes']} probes"
    if parameters["method"] == "exact":
        number, how = f"{found.count:,.0f} eigenvalues", "exact"
    return [_title(source), Text(f"{number} from {found.low:g} to {found.high:g}", style="bold"), Text(how)]


def compare_table(found: Comparison, *, series: bool) -> list[RenderableType]:
    """Return the pairs of a comparison, the nearest first, or the steps of a series in their order."""
    names = short_names(found.names)
    pairs = pairs_of(len(names), series=series)
    if not series:
        pairs.sort(key=lambda pair: found.symmetric_kl.value[pair])
    more, pairs = len(pairs) - _TABLE_PAIRS, pairs[:_TABLE_PAIRS]
    order = "in time" if series else "nearest first"
    title = f"Symmetric KL divergence of {found.num_moments} moments, {order}"
    table = Table(title=title, title_justify="left")
    for column in ("from", "to") if series else ("spectrum", "other"):
        table.add_column(column, overflow="fold")
    for column in ("symmetric KL", "+-", "probe noise", "W1", "+-", "KS", "+-"):
        table.add_column(column, justify="right")
    for pair in pairs:
        numbers = [found.symmetric_kl.value, found.symmetric_kl.sem, found.symmetric_kl.noise_floor]
        numbers += [found.wasserstein.value, found.wasserstein.sem, found.kolmogorov.value, found.kolmogorov.sem]
        errors = (1, 4, 6)
        texts = [f"{number[pair]:.{1 if place in errors else 3}g}" for place, number in enumerate(numbers)]
        table.add_row(*(names[index] for index in pair), *texts)
    parts: list[RenderableType] = [table]
    if not series and 2 < len(names) <= _MATRIX_INPUTS:
        parts.insert(0, _matrix_table(names, found.symmetric_kl.value))
    if more > 0:
        parts.append(Text(f"and {more:,} pairs more: --format csv and json have all"))
    return parts


def _matrix_table(names: Sequence[str], values: NDArray[np.float64]) -> RenderableType:

    table = Table(title="Symmetric KL divergence", title_justify="left")
    table.add_column("spectrum", overflow="fold")
    for number in range(1, len(names) + 1):
        table.add_column(str(number), justify="right")
    for number, (name, row) in enumerate(zip(names, values, strict=True), 1):
        table.add_row(f"{number} {name}", *("" if value == 0 else f"{value:.2g}" for value in row))
    return table


def short_names(names: Sequence[str]) -> list[str]:
    """Return file names without their folders, where they still differ."""
    short = [Path(name).name or name for name in names]
    return short if len(set(short)) == len(set(names)) else list(names)


def fit_table(source: InputSummary, found: Fit) -> list[RenderableType]:
    """Return the parameters of a fit with their errors, and whether the model explains the graph."""
    table = Table(title=f"{found.model}, fitted to {found.num_moments} moments", title_justify="left")
    for column in ("parameter", "value", "+-", "from counting edges"):
        table.add_column(column, justify="left" if column == "parameter" else "right")
    for name, value in found.parameters.items():
        counted = found.baseline.get(name)
        error = f"{found.standard_error[name]:.2g}"
        table.add_row(name, f"{value:.5g}", error, "" if counted is None else f"{counted:.5g}")
    verdict = "The model explains the spectrum" if found.consistent else "The model does not explain the spectrum"
    own = f"its own graphs have {found.noise_floor:.3g} (median)"
    kl = f"symmetric KL {found.symmetric_kl:.3g} +- {found.sem:.1g}; {own}"
    count = f"{found.num_references} references of {found.reference_nodes:,} vertices"
    parts: list[RenderableType] = [_title(source), Text(f"{verdict}: {kl} ({count})", style="bold")]
    return [*parts, table] if found.parameters else parts


def classify_table(source: InputSummary, found: Classification) -> list[RenderableType]:
    """Return the answer of a classification in a sentence, and the models by their divergence."""
    consistent = [item.model for item in found.ranking if found.explains(item.model)]
    if found.best is not None:
        tried = f"the {len(found.ranking)} models tried" if len(found.ranking) > 1 else "the one model tried"
        answer = f"{found.best}: of {tried}, the simplest that the spectrum does not refute"
    elif consistent:
        answer = f"Not distinguishable: the spectrum refutes none of {', '.join(consistent)}"
    else:
        answer = "None: the spectrum refutes all models that were tried"
    table = Table(title=f"{found.ranking[0].num_moments} moments, nearest first", title_justify="left")
    for column in ("model", "parameters", "symmetric KL", "+-", "its own graphs", "possible"):
        table.add_column(column, justify="left" if column in ("model", "parameters", "possible") else "right")
    for item in found.ranking:
        values = ", ".join(f"{name} = {value:.4g}" for name, value in item.parameters.items())
        numbers = (f"{item.symmetric_kl:.3g}", f"{item.sem:.1g}", f"{item.noise_floor:.3g}")
        better = found.refuted.get(item.model)
        verdict = f"no: {better} is nearer" if better else "yes" if item.consistent else "no"
        table.add_row(item.model, values, *numbers, verdict)
    return [_title(source), Text(answer, style="bold"), table]


def facts_table(source: InputSummary, result: Record) -> list[RenderableType]:
    """Return the scalars of a result as a table of two columns."""
    table = Table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", overflow="fold")
    for key, value in {**_dropped(source), **result}.items():
        table.add_row(key.replace("_", " "), Text(_human(value)))
    return [_title(source), table]


def render(parts: Iterable[RenderableType], *, terminal: bool, width: int | None = None) -> str:
    """Return tables as text, with colours for a terminal only."""
    text = io.StringIO()
    console = _console(text, terminal=terminal, width=width)
    for part in parts:
        console.print(part)
    return text.getvalue()


def _console(text: io.StringIO, *, terminal: bool, width: int | None) -> Console:

    return Console(file=text, force_terminal=terminal, width=width, highlight=False)


def _title(source: InputSummary) -> RenderableType:

    counts = [(source.num_nodes, "vertices", "vertex"), (source.num_edges, "edges", "edge")]
    counts.append((source.num_components, "components", "component"))
    size = ", ".join(f"{count:,} {one if count == 1 else many}" for count, many, one in counts if count is not None)
    return Text.assemble((source.name, "bold"), f": {size}" if size else "")


def _atom_table(density: SpectralDensity) -> RenderableType:

    table = Table(title="Known exactly", title_justify="left")
    table.add_column("eigenvalue", justify="right")
    table.add_column("multiplicity", justify="right")
    table.add_column("from")
    masses, listed = point_masses(density.atoms), point_masses(density.atoms, _ATOMS_LISTED)
    for atom in listed:
        table.add_row(f"{atom.eigenvalue:.6g}", f"{atom.multiplicity:,}", atom.source)
    if len(masses) > len(listed):
        rest = sum(atom.multiplicity for atom in masses) - sum(atom.multiplicity for atom in listed)
        table.add_row("…", f"{rest:,}", f"{len(masses) - len(listed)} others, all in --format json")
    return table


def _dropped(source: InputSummary) -> Record:
    facts: Record = {f"dropped {key}": value for key, value in asdict(source.dropped).items() if value}
    if source.num_isolated:
        facts["isolated vertices"] = source.num_isolated
    return facts


def _human(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(
            f"{item['start']} to {item['stop'] - 1} of seed {item['seed']}" if isinstance(item, dict) else str(item)
            for item in value
        )
    return str(value)
