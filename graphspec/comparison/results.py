"""Results of fitting models: a fit with its self-match and its curves, and the outcome of a classification."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from graphspec.densities import MaxEntSolution
from graphspec.models import BlockStructure, ParameterValues
from graphspec.notebook import Shown


@dataclass(frozen=True)
class SelfMatch:
    """Divergences of a model's own graphs from the model, with the noise of the fitted graph.

    Attributes
    ----------
    median
        Median divergence of a reference, left out and fitted, from the others.
    spread
        Robust standard deviation of those divergences, 1.48 times the median distance from the median.
    limit
        Largest divergence of a graph that is consistent with the model.
    """

    median: float
    spread: float
    limit: float


@dataclass(frozen=True)
class Profile:
    """The objective along one parameter, the others at their fitted values.

    Attributes
    ----------
    values
        Values of the parameter on the lattice of the search, in increasing order.
    divergences
        Symmetric KL divergences at these values.
    """

    values: tuple[float, ...]
    divergences: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class FitCurves:
    """Curves of a fit for its picture.

    Attributes
    ----------
    profiles
        The objective near its minimum along every parameter, by name.
    target, reference
        Densities of the graph and of the fitted model.
    """

    profiles: dict[str, Profile]
    target: MaxEntSolution
    reference: MaxEntSolution


@dataclass(frozen=True, eq=False, repr=False)
class Fit(Shown):
    """A model fitted to a spectrum.

    Attributes
    ----------
    model
        Name of the model.
    parameters
        Fitted values of the parameters.
    standard_error
        Standard errors of the parameters, from the spread of fits to graphs of the model and the noise of the sketch;
        for integer parameters at least that of rounding. The half width of a confidence interval is this times a
        quantile of Student's t with `num_references` - 1 degrees of freedom.
    symmetric_kl
        Symmetric KL divergence of the graph from the model, at the point of the lattice where it is smallest.
    sem
        Standard error of the divergence, from the probes and from the number of references.
    self_match
        Divergences of the model's own graphs from the model.
    baseline
        Estimates of parameters from the numbers of vertices and edges; empty where no graph was given.
    num_references, reference_nodes
        Number of reference graphs, and of vertices of each.
    num_moments
        Order of the densities.
    num_parameters
        Number of parameters of the model: those that are fitted, and the degrees, labels of vertices and edge counts
        that it keeps.
    description_length
        Description length of the graph with these, in nats; None without a graph, with weights, or where the model has
        no likelihood in closed form. See :mod:`graphspec.models.description_length`.
    blocks
        Blocks of a block model; None for others.
    curves
        Curves for the picture.
    """

    model: str
    parameters: ParameterValues
    standard_error: dict[str, float]
    symmetric_kl: float
    sem: float
    self_match: SelfMatch
    baseline: ParameterValues
    num_references: int
    reference_nodes: int
    num_moments: int
    num_parameters: int
    description_length: float | None
    blocks: BlockStructure | None = field(repr=False)
    curves: FitCurves = field(repr=False)

    @property
    def num_blocks(self) -> int | None:
        """Number of blocks of a block model."""
        return None if self.blocks is None else self.blocks.num_blocks

    @property
    def noise_floor(self) -> float:
        """Median divergence of the model's own graphs from the model."""
        return self.self_match.median

    @property
    def consistent(self) -> bool:
        """Whether the divergence is within the limit for the model's own graphs."""
        return self.symmetric_kl <= self.self_match.limit


class ClassificationOutcome(Enum):
    """Outcome of a classification; the values are templates of its sentence."""

    NAMED = "{best}: of {tried}, the simplest that the spectrum does not refute"
    """One model explains the spectrum, or one of several has the fewest parameters."""
    NOT_DISTINGUISHABLE = "Not distinguishable: the spectrum refutes none of {explaining}"
    """Several models with equally few parameters explain the spectrum."""
    ALL_REFUTED = "None: the spectrum refutes all models that were tried"
    """No model explains the spectrum."""
    DEGREES_REFUTE = "None: the degrees or the spectrum refute all models that were tried"
    """The models that explain the spectrum cannot have made the graph."""


@dataclass(frozen=True, eq=False, repr=False)
class Classification(Shown):
    """Models that explain a spectrum, out of several.

    Attributes
    ----------
    outcome
        Whether a model is named, or the reason why not.
    best
        Name of the model that is named, or None.
    ranking
        The fits by their divergence, the smallest first.
    refuted
        Consistent models from which the spectrum differs in the direction of another model, each with this rival.
    impossible
        Models that cannot have made the graph, by its degrees or number of edges, each with the reason.
    left_out
        Models that were not fitted, each with the reason: they have no graphs of this mean degree, or the graph has no
        communities.
    without_communities
        Consistent models whose graphs have no communities as pronounced as those of the graph, each with the reason.
    """

    outcome: ClassificationOutcome
    best: str | None
    ranking: tuple[Fit, ...]
    refuted: dict[str, str]
    impossible: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    without_communities: dict[str, str] = field(default_factory=dict)

    @property
    def distinguishable(self) -> bool:
        """Whether one model is named."""
        return self.outcome is ClassificationOutcome.NAMED

    @property
    def explaining(self) -> tuple[str, ...]:
        """Models that explain the spectrum and may have made the graph, by their divergence."""
        excluded = self.refuted.keys() | self.impossible.keys() | self.without_communities.keys()
        return tuple(fit.model for fit in self.ranking if fit.consistent and fit.model not in excluded)

    def explains(self, model: str) -> bool:
        """Return whether a model explains the spectrum: it is consistent, and neither refuted nor impossible."""
        return model in self.explaining

    @property
    def sentence(self) -> str:
        """Sentence on the outcome, with the names of the models."""
        count = len(self.ranking)
        tried = f"the {count} models tried" if count > 1 else "the one model tried"
        return str(self.outcome.value).format(best=self.best, tried=tried, explaining=", ".join(self.explaining))
