"""Fits of a random-graph model to a spectrum, by the symmetric KL divergence from spectra of reference graphs.

Fitting by divergences of spectral densities is due to Takahashi, Sato, Ferreira and Fujita, PLoS ONE 7, e49949 (2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from graphspec._typing import Progress
from graphspec.comparison.lattice import LatticeMinimum, minimize_on_lattice, parabola_vertex, profile, rounded
from graphspec.comparison.measures import check_converged
from graphspec.comparison.objective import Objective
from graphspec.comparison.references import References, references_for
from graphspec.comparison.results import Fit, FitCurves
from graphspec.comparison.settings import FitSettings
from graphspec.comparison.target import Target
from graphspec.comparison.uncertainty import FitUncertainty, lattice_step
from graphspec.errors import ParameterError
from graphspec.graphs import Graph
from graphspec.machine import one_blas_thread
from graphspec.models import Model, ParameterValues, get_model
from graphspec.sketches import SpectralSketch

DEFAULTS = FitSettings()


class NoCandidatesError(ParameterError):
    """Raised when a model has no graphs of the mean degree of a target."""


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A model with its fit to a target and the uncertainty of the fit.

    Attributes
    ----------
    model
        The model.
    fit
        Parameters, divergence and self-match.
    uncertainty
        Uncertainty at the minimum of the objective.
    """

    model: Model
    fit: Fit
    uncertainty: FitUncertainty


def fit(
    sketch: SpectralSketch,
    model: str | Model,
    *,
    num_moments: int | None = None,
    num_references: int | None = None,
    seed: int = 0,
    graph: Graph | None = None,
    references: References | None = None,
    settings: FitSettings = DEFAULTS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Fit a random-graph model to the spectrum of a graph.

    Parameters
    ----------
    sketch
        Sketch of the normalised Laplacian of the graph.
    model
        Name of a model, or the model itself.
    num_moments
        Order of the densities; by default that of the sketch.
    num_references
        Number of reference graphs for every point of the parameter space; by default 100 for up to 150 vertices, and
        fewer for larger graphs, whose spectra vary less.
    seed
        Seed of the references.
    graph
        Graph of the sketch, for baselines and for the degrees of the configuration model.
    references
        References of other fits of the same model and size to use again, in place of new ones.
    settings
        Settings of the search and of the self-match.
    threads
        Number of threads, by default all processors; it does not change the result.
    progress
        Callback for the number of references made.

    Raises
    ------
    ParameterError
        If the model is unknown or an option out of range.
    SketchError
        If there are too few eigenvalues for a fit, or the sketch is of another operator.
    NotConvergedError
        If the moments are not those of a spectrum within their standard errors.
    """
    order = sketch.num_moments if num_moments is None else num_moments
    target = Target.from_sketch(sketch, order, graph, settings)
    if references is None:
        chosen = get_model(model, graph) if isinstance(model, str) else model
        references = references_for(target, chosen, order, num_references, seed, threads=threads)
    with one_blas_thread():
        return fit_target(target, references, settings, progress).fit


def fit_target(
    target: Target, references: References, settings: FitSettings = DEFAULTS, progress: Progress | None = None
) -> FittedModel:
    """Fit the model of some references to a target.

    Parameters
    ----------
    target
        The target.
    references
        References of the model.
    settings
        Settings of the search and of the self-match.
    progress
        Callback for the number of references made.

    Raises
    ------
    NotConvergedError
        If the moments are not those of a spectrum within their standard errors.
    """
    # 1. Start from the candidate that is nearest by a few references.
    start = nearest_candidate(target, references, settings, progress)

    # 2. The references at the start set the noise of the moments, which is kept: divergences at different values of
    #    the parameters are comparable only between densities of one family.
    objective = Objective.with_noise_at(start, target, references, progress=progress)

    # 3. Minimise along one parameter after the other, in steps of about their standard errors.
    parameters = references.model.parameters
    if references.dense:
        start = _nearer(start, target, references, settings, progress)
    minimum = minimize_on_lattice(objective, start, parameters, partial(lattice_step, objective), settings)

    # 4. Standard errors and self-match at the minimum on the lattice.
    check_converged(objective.target_density, target.name)
    check_converged(objective.reference_density(minimum.values), references.model.name)
    uncertainty = FitUncertainty(objective, minimum.values, minimum.steps, settings)
    return FittedModel(references.model, _result(objective, minimum, uncertainty), uncertainty)


def nearest_candidate(
    target: Target, references: References, settings: FitSettings, progress: Progress | None = None
) -> ParameterValues:
    """Return the candidate of a model with the smallest divergence of a target from a few references.

    Raises
    ------
    NoCandidatesError
        If the model has no candidates for the mean degree of the target.
    """
    model = references.model
    candidates = model.candidates(references.num_nodes, target.mean_degree)
    if not candidates:
        degree = f"a mean degree of {target.mean_degree:.3g}"
        raise NoCandidatesError(f"{model.name}: the model has no starting values for a fit to {degree}")
    # Fits to other graphs of this size start from the same rounded values, and share references.
    candidates = [rounded(values) for values in candidates]
    count = settings.coarse_references if references.dense else settings.coarse_references_large
    middle = candidates[len(candidates) // 2]
    return min(candidates, key=Objective.with_noise_at(middle, target, references, count, progress))


def _nearer(
    start: ParameterValues,
    target: Target,
    references: References,
    settings: FitSettings,
    progress: Progress | None = None,
) -> ParameterValues:
    """Return the end of a walk with a few references where it is many steps long, as for models that explain nothing.

    Otherwise the walk is not worth the noise of few references, and the start is returned.
    """
    objective = Objective.with_noise_at(start, target, references, settings.coarse_references, progress)
    parameters = references.model.parameters
    found = minimize_on_lattice(objective, start, parameters, partial(lattice_step, objective), settings)
    far = any(abs(found.values[name] - start[name]) > settings.straight * step for name, step in found.steps.items())
    return found.values if far else start


def _result(objective: Objective, minimum: LatticeMinimum, uncertainty: FitUncertainty) -> Fit:
    """Return the fit: continuous parameters at vertices of parabolas, divergences at the minimum on the lattice."""
    references, graph, values = objective.references, objective.target.graph, minimum.values
    model = references.model
    profiles = {name: profile(objective, values, name, step) for name, step in minimum.steps.items()}
    vertices = {
        each.name: parabola_vertex(profiles[each.name], float(values[each.name]), each.high)
        for each in model.parameters
        if not each.integer
    }
    return Fit(
        model=model.name,
        parameters={**values, **vertices},
        standard_error=uncertainty.standard_errors(),
        symmetric_kl=objective(values),
        sem=uncertainty.divergence_error(),
        self_match=uncertainty.self_match(),
        baseline={} if graph is None else model.baseline(graph),
        num_references=references.count,
        reference_nodes=references.reference_nodes,
        num_moments=references.num_moments,
        num_parameters=model.num_parameters,
        description_length=None if graph is None or graph.weights is not None else model.description_length(graph),
        blocks=model.blocks,
        curves=FitCurves(profiles, objective.target_density, objective.reference_density(values)),
    )
