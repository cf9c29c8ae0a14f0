"""Random-graph models fitted to a spectrum: the parameters whose reference spectra are nearest.

Fitting by divergences of spectral densities is due to Takahashi, Sato, Ferreira and Fujita (PLoS ONE 7, e49949 (2012)).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from graphspec._typing import Progress
from graphspec.comparison.lattice import minimize_on_lattice, objective_around, starting_values, vertex
from graphspec.comparison.objective import CountedReferences, Objective, Values
from graphspec.comparison.references import References, reference_probes
from graphspec.comparison.settings import DEFAULTS, FitSettings
from graphspec.comparison.target import Target
from graphspec.comparison.uncertainty import FitUncertainty
from graphspec.densities import MaxEntSolution
from graphspec.graphs import Graph
from graphspec.models import Model, get_model


@dataclass(frozen=True, eq=False)
class FitCurves:
    """What a picture of a fit shows.

    Attributes
    ----------
    objective
        For every parameter, values that were tried near the minimum and the divergences there.
    target, reference
        The two densities.
    """

    objective: dict[str, tuple[list[float], list[float]]]
    target: MaxEntSolution
    reference: MaxEntSolution


@dataclass(frozen=True)
class Fit:
    """A model fitted to a spectrum.

    Attributes
    ----------
    model
        Name of the model.
    parameters
        Values of its parameters.
    standard_error
        Their standard errors: the spread of fits to the model's own graphs, and the noise of the sketch; of whole
        numbers at least that of rounding, 0.29. An interval is this times a t quantile of `num_references` - 1 degrees
        of freedom.
    symmetric_kl
        Divergence of the graph from the model, at the value nearest to the minimum for which there are references.
    sem
        Its standard error, from the probes and from the number of references.
    noise_floor
        Self-match: divergence that the model's own graphs have from it, the median over references each left out.
    noise_spread
        Spread of those divergences: 1.48 times their median distance from the median.
    baseline
        Estimates of the parameters that do not look at the spectrum; empty where no graph was given.
    consistent_up_to
        Divergence up to which a graph could be one of the model's: a multiple of the self-match.
    complexity
        Number of parameters of the model; infinite where it keeps the degrees of a graph.
    num_references, reference_nodes
        How many references there were, and of how many vertices.
    num_moments
        Order of the densities.
    curves
        What a picture shows.
    """

    model: str
    parameters: Values
    standard_error: dict[str, float]
    symmetric_kl: float
    sem: float
    noise_floor: float
    noise_spread: float
    baseline: Values
    consistent_up_to: float
    complexity: float
    num_references: int
    reference_nodes: int
    num_moments: int
    curves: FitCurves

    @property
    def consistent(self) -> bool:
        """Whether the graph could be one of the model's."""
        return self.symmetric_kl <= self.consistent_up_to


def fit(
    source: Any,
    model: str | Model,
    *,
    num_moments: int = 16,
    num_references: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    references: References | None = None,
    graph: Graph | None = None,
    settings: FitSettings = DEFAULTS,
    progress: Progress | None = None,
    **sketch_options: Any,
) -> Fit:
    """Fit a random-graph model to the spectrum of a graph.

    Parameters
    ----------
    source
        A graph, or a sketch of its normalised Laplacian.
    model
        Name of a model, or the model itself.
    num_moments
        Order of the densities: more moments add noise to small graphs (12 to 20 were best on trial).
    num_references
        Number of reference graphs for every parameter value; by default 100 for up to 150 vertices, and fewer for
        larger ones, whose spectra vary less.
    seed
        Seed of the references.
    threads
        Number of threads of the sketch.
    references
        References that other fits of the same model and size have used; they save the work.
    graph
        The graph behind a sketch, for baselines and for the degrees of the configuration model.
    settings
        Settings of the fit.
    progress
        Called now and then with the number of references made.
    **sketch_options
        Options of :func:`graphspec.sketch`; by default 256 probes, and fewer for more than 4000 vertices.

    Raises
    ------
    ParameterError
        If the model is unknown or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or the sketch is of another operator.
    """
    target = Target.of(source, num_moments, graph, settings, threads=threads, **sketch_options)
    chosen = get_model(model, target.graph) if isinstance(model, str) else model
    if references is None:
        references = references_for(target, chosen, num_moments, num_references, seed)
    with threadpool_limits(1, user_api="blas"):
        return fit_target(target, references, settings, progress)[0]


def fit_target(
    target: Target, references: References, settings: FitSettings = DEFAULTS, progress: Progress | None = None
) -> tuple[Fit, FitUncertainty]:
    """Fit the model of some references to a target.

    Returns
    -------
    fit
        The fit.
    uncertainty
        What else can be asked at the fitted values.
    """
    # 1. Start: the best of the model's candidates, by a few references each.
    counted = CountedReferences(references, progress)
    start = starting_values(target, counted, settings)
    # 2. Noise: the spread of the references there is the noise of the moments from now on.
    objective = Objective.with_noise_at(target, counted, start)
    # 3. Walk: minimise on a lattice whose steps are about the standard errors.
    minimum = minimize_on_lattice(objective, start, settings)
    values, parameters = minimum.values, references.model.parameters
    # 4. Parabola: between the points of the lattice, continuous parameters are where it is smallest.
    trace = {name: objective_around(objective, values, name, step) for name, step in minimum.steps.items()}
    final = dict(values)
    for item in parameters:
        if not item.integer:
            final[item.name] = vertex(*trace[item.name], float(values[item.name]), item.high)
    # 5. Errors: by the delta method, and what the model's own graphs differ by.
    uncertainty = FitUncertainty(objective, values, minimum.steps, settings)
    errors = uncertainty.errors()
    for item in parameters:
        if item.integer:
            errors[item.name] = max(errors[item.name], settings.integer_error)
    floor, spread = uncertainty.self_match()
    result = Fit(
        model=references.model.name,
        parameters=final,
        standard_error=errors,
        symmetric_kl=objective(values),
        sem=uncertainty.divergence_sem(),
        noise_floor=floor,
        noise_spread=spread,
        baseline={} if target.graph is None else references.model.baseline(target.graph),
        consistent_up_to=max(settings.consistent * floor, floor + settings.consistent_spreads * spread),
        complexity=references.model.num_parameters,
        num_references=references.count,
        reference_nodes=references.reference_nodes,
        num_moments=references.num_moments,
        curves=FitCurves(trace, objective.target_density(), objective.reference_density(values)),
    )
    return result, uncertainty


def references_for(target: Target, model: Model, num_moments: int, num_references: int | None, seed: int) -> References:
    """Return the references that a target is compared with, as many as its size asks for unless a number is given."""
    count = default_references(target.num_nodes) if num_references is None else num_references
    probes = reference_probes(target.mean_degree)
    return References(model, target.num_nodes, num_moments, count, seed=seed, num_probes=probes)


def default_references(num_nodes: int) -> int:
    """Return a number of references: many for small graphs, whose spectra vary, few for large ones."""
    return 100 if num_nodes <= 150 else 50 if num_nodes <= 300 else 20 if num_nodes <= 1000 else 10
