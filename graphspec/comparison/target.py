"""Targets of fits: the moments of a spectrum, and the size and mean degree that references need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphspec.comparison.settings import FitSettings
from graphspec.errors import SketchError
from graphspec.graphs import Graph
from graphspec.operators import NormalizedLaplacian
from graphspec.sketches import Moments, SpectralSketch, nonzero_moments

DEFAULTS = FitSettings()


@dataclass(frozen=True, eq=False)
class Target:
    """A spectrum that models are fitted to.

    Attributes
    ----------
    moments
        Moments of the spectrum without the zeros of the components.
    num_nodes
        Number of vertices with an edge.
    mean_degree
        Mean degree as estimated from the second moment: a fit uses the spectrum alone.
    graph
        The graph, for baselines and for models that keep its degrees; None where it is not known.
    name
        Name in messages.
    """

    moments: Moments
    num_nodes: int
    mean_degree: float
    graph: Graph | None = None
    name: str = "graph"

    @classmethod
    def from_sketch(
        cls,
        sketch: SpectralSketch,
        num_moments: int,
        graph: Graph | None = None,
        settings: FitSettings = DEFAULTS,
    ) -> Target:
        """Return the target of a sketch of the normalised Laplacian.

        Parameters
        ----------
        sketch
            The sketch.
        num_moments
            Highest order of the moments.
        graph
            Graph of the sketch.
        settings
            Settings of the fit.

        Raises
        ------
        SketchError
            If the sketch is of another operator, holds fewer moments, or has too few eigenvalues besides zeros.
        """
        name = sketch.source.name
        if sketch.operator != NormalizedLaplacian.name:
            raise SketchError(f"{name}: models are fitted to the normalized operator, not {sketch.operator}")
        if num_moments > 2 * sketch.num_steps:
            raise SketchError(f"{name}: the sketch holds {2 * sketch.num_steps} moments, not {num_moments}")
        num_nonzero = sketch.dimension - sketch.num_zeros
        if num_nonzero < settings.min_eigenvalues:
            are = "eigenvalue besides zeros is" if num_nonzero == 1 else "eigenvalues besides zeros are"
            raise SketchError(f"{name}: {num_nonzero} {are} too few for a fit, which needs {settings.min_eigenvalues}")
        # Edge lists leave isolated vertices out, and so do spectra without zeros.
        num_nodes = sketch.dimension - (sketch.source.num_isolated or 0)
        moments = nonzero_moments(sketch, num_moments)
        # tr X^2 with the zeros of the components, n / d for a graph of degree d everywhere.
        trace = (float(moments.values[2]) + 1) / 2 * num_nonzero + (num_nodes - num_nonzero)
        mean_degree = float(np.clip(num_nodes / max(trace, 1e-9), 1.0, num_nodes - 1))
        return cls(moments, num_nodes, mean_degree, graph, name)
