"""``graphspec clusters``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphspec.cli._options import (
    Reading,
    Sampling,
    Writing,
    method_option,
    number,
    plot_option,
    reading_options,
    sampling_options,
    writing_options,
)
from graphspec.errors import GraphspecError, SketchError

if TYPE_CHECKING:
    from graphspec.cli._run import Spectrum, Talk
    from graphspec.clusters.outcomes import ClusterCount
    from graphspec.graphs.graph import Graph
    from graphspec.sketches.spectral_sketch import SpectralSketch


@click.command("clusters", short_help="Say how many clusters a graph has.")
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True)
@method_option
@click.option(
    "--rule",
    type=click.Choice(["eigengap", "first-minimum", "threshold"]),
    help="What separates clusters from the rest.  [default: eigengap]",
)
@click.option("--threshold", metavar="X", type=float, callback=number, help="Count the eigenvalues up to X.")
@click.option(
    "--confirm-limit",
    type=click.IntRange(0),
    default=300,
    show_default=True,
    help="Largest count that an eigensolver confirms; 0 for none.",
)
@click.option(
    "--labels",
    metavar="FILE",
    type=click.Path(),
    help="Write the confirmed partition of one input: vertex, tab, cluster from 0 on.",
)
@plot_option
@sampling_options(tolerance="Add probes until the sampling interval is at most this share of the count to either side.")
@reading_options
@writing_options
def command(
    inputs: tuple[str, ...],
    method: str,
    rule: str | None,
    threshold: float | None,
    confirm_limit: int,
    labels: str | None,
    plot: str | None,
    sampling: Sampling,
    reading: Reading,
    writing: Writing,
) -> None:
    """Say how many clusters a graph has, and how sure that is.

    The number of clusters is the number of eigenvalues below the widest significant gap above the zeros of the
    components; where only the gap right above the zeros is significant, it is the number of components. A gap is
    significant if it is wider than random graphs of some thousand vertices leave one: 0.126 in the angle arccos(1 -
    eigenvalue), two resolutions pi / moments, and four spacings of the next eigenvalues. A count up to --confirm-limit
    is confirmed by an eigensolver; groups of fewer than ten vertices, or a quarter of the mean cluster, are not counted
    then. Most real networks have no such gap, and then there is no number.

    \b
    Examples:
      graphspec clusters edges.txt.gz --plot clusters.png
      graphspec clusters *.txt.gz --format csv | sort -t, -k5 -n
      zcat big.gz | graphspec clusters - --format json | jq '.result.confirmed.count // .result.count'
      graphspec clusters edges.txt.gz --labels partition.tsv
    """
    from graphspec.analyses import report, tables
    from graphspec.analyses.plots import check_plotting
    from graphspec.cli._report import Reporter
    from graphspec.cli._run import Goal, Talk, check_inputs, for_each, read_input, spectrum_of
    from graphspec.clusters.cluster_count import cluster_excess, count_on_density
    from graphspec.files import Output

    rule = _checked_rule(rule, threshold, labels, sampling, confirm_limit)
    check_inputs(inputs, writing.output, plot, labels)
    for option, path in (("--plot", plot), ("--labels", labels)):
        if path is not None and len(inputs) > 1:
            raise click.UsageError(f"{option} takes one input, not {len(inputs)}")
    if plot is not None:
        check_plotting(plot)
    if labels is not None:
        Output(labels)
    talk = Talk(writing)
    counting: dict[str, Any] = {"rule": rule, "threshold": threshold}
    excess = partial(
        cluster_excess, method=method, confidence=sampling.confidence, tolerance=sampling.tolerance or 1.0, **counting
    )
    with Reporter(writing) as reporter:

        def work(name: str) -> None:
            source = read_input(name, reading, talk)
            _check_labels(name, source, labels)
            goal = Goal("the count", excess)
            spectrum = spectrum_of(name, source, method, sampling, reading, talk, goal)
            with talk.stage("gaps"):
                components = spectrum.source.num_components or 0
                found = count_on_density(spectrum.density, spectrum.parameters["operator"], components, **counting)
            found = _confirmed(found, source, confirm_limit, sampling, talk)
            if not spectrum.density.solver.converged:
                talk.warn(f"{name}: the solver did not converge (residual {spectrum.density.solver.residual:.1e})")
            if writing.format != "table":
                for remark in found.remarks:
                    talk.remark(f"{name}: {remark}")
            if plot is not None:
                _draw(found, spectrum, plot)
            parameters = {"method": method, **counting, "confirm_limit": confirm_limit, **spectrum.parameters}
            reporter.write(
                report.record("clusters", spectrum.source, parameters, report.clusters_result(found)),
                lambda _: tables.clusters_table(spectrum.source, found, parameters),
            )
            if labels is not None:
                _write_labels(name, found, source, labels, sampling)

        for_each(inputs, work)


def _checked_rule(
    rule: str | None, threshold: float | None, labels: str | None, sampling: Sampling, confirm_limit: int
) -> str:
    """Return the rule, which a threshold alone implies, after checking what excludes each other."""
    if rule is None:
        rule = "eigengap" if threshold is None else "threshold"
    if rule == "threshold" and threshold is None:
        raise click.UsageError("--rule threshold needs a --threshold")
    if rule != "threshold" and threshold is not None:
        raise click.UsageError(f"--threshold is for --rule threshold, not for {rule}")
    if threshold is not None and sampling.operator == "normalized" and not 0 <= threshold <= 2:
        raise click.UsageError(f"--threshold {threshold:g} lies outside of [0, 2], where all eigenvalues are")
    if labels is not None and (rule != "eigengap" or confirm_limit == 0):
        raise click.UsageError("--labels needs the rule eigengap and a --confirm-limit above 0: eigenvectors make them")
    if sampling.operator == "adjacency":
        raise click.UsageError("clusters are at the low end of a Laplacian: choose another --operator than adjacency")
    return rule


def _check_labels(name: str, source: Graph | SpectralSketch, labels: str | None) -> None:
    from graphspec.sketches.spectral_sketch import SpectralSketch

    if labels is not None and isinstance(source, SpectralSketch):
        raise SketchError(f"{name}: a sketch holds no matrix, so --labels needs the edge list")


def _confirmed(
    found: ClusterCount, source: Graph | SpectralSketch, limit: int, sampling: Sampling, talk: Talk
) -> ClusterCount:
    """Confirm a count where there is a graph to do it with."""
    from graphspec.clusters.confirmation import confirm
    from graphspec.sketches import sampling as library
    from graphspec.sketches.preparation import as_operator
    from graphspec.sketches.spectral_sketch import SpectralSketch

    if isinstance(source, SpectralSketch) or not found.significant or limit == 0:
        return found
    options: dict[str, Any] = {"operator": sampling.operator, "component": sampling.component}
    with talk.stage("confirmation"), talk.progress("confirming", " products") as progress:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress(done, None)

        return confirm(
            found,
            as_operator(source, library.Sampling(**options)),
            limit=limit,
            seed=sampling.seed,
            threads=sampling.threads,
            progress=advance,
        )


def _draw(found: ClusterCount, spectrum: Spectrum, plot: str) -> None:
    from graphspec.analyses.plots import plot_clusters
    from graphspec.densities.methods import density

    others = []
    if spectrum.sketch is not None:
        shown = spectrum.density
        methods = ("maxent", "lanczos")
        others = [
            density(spectrum.sketch, method, num_moments=shown.num_moments, confidence=shown.confidence)
            for method in methods
        ]
    title = Path(spectrum.source.name).name
    plot_clusters(found, others or [spectrum.density], plot, title=title, operator=spectrum.parameters["operator"])


def _write_labels(
    name: str, found: ClusterCount, source: Graph | SpectralSketch, labels: str, sampling: Sampling
) -> None:
    """Write the cluster of every vertex, with its original id."""
    from graphspec.clusters.cluster_count import partition
    from graphspec.clusters.partitioning import write_partition
    from graphspec.graphs.components import largest_component
    from graphspec.graphs.graph import Graph

    if found.confirmation is None:
        raise GraphspecError(f"{name}: {labels} was not written: there is no confirmed gap to make a partition with")
    assert isinstance(source, Graph)
    graph = largest_component(source) if sampling.component == "largest" else source
    write_partition(graph, partition(found), labels)
