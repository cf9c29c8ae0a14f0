"""The spectrum that models are fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graphspec.comparison.settings import DEFAULTS, FitSettings
from graphspec.errors import SketchError
from graphspec.graphs import Graph, as_graph
from graphspec.operators import NormalizedLaplacian
from graphspec.sketches import Moments, SpectralSketch, nonzero_moments, sketch


@dataclass(frozen=True, eq=False)
class Target:
    """The spectrum that is fitted; the graph is there only for what does not look at the spectrum.

    Attributes
    ----------
    moments
        Moments of the spectrum without zeros.
    num_nodes
        Number of vertices with edges.
    mean_degree
        Mean degree, as far as the spectrum tells it.
    graph
        The graph, or None.
    """

    moments: Moments
    num_nodes: int
    mean_degree: float
    graph: Graph | None

    @classmethod
    def of(
        cls,
        source: Any,
        num_moments: int,
        graph: Graph | None = None,
        settings: FitSettings = DEFAULTS,
        **options: Any,
    ) -> Target:
        """Return the target that a graph, a sketch or a target is.

        Parameters
        ----------
        source
            A graph, a sketch of its normalised Laplacian, or a target.
        num_moments
            Highest order of the moments.
        graph
            The graph behind a sketch.
        settings
            Settings of the fit.
        **options
            Options of :func:`graphspec.sketch`, where the source is a graph.

        Raises
        ------
        SketchError
            If there are too few eigenvalues or moments, or the sketch is of another operator.
        """
        if isinstance(source, Target):
            return source
        if isinstance(source, SpectralSketch):
            sketched = source
        else:
            graph = as_graph(source, weighted=bool(options.pop("weighted", False)))
            probes = settings.num_probes(graph.num_nodes)
            sketched = sketch(graph, **{"num_moments": num_moments, "num_probes": probes, **options})
        name, held = sketched.source.name, 2 * sketched.num_steps
        if sketched.operator != NormalizedLaplacian.name:
            raise SketchError(f"{name}: models are fitted to the normalized operator, not {sketched.operator}")
        if num_moments > held:
            raise SketchError(f"{name}: the sketch holds {held} moments, not {num_moments}")
        nonzero = sketched.dimension - sketched.num_zeros
        if nonzero < settings.min_eigenvalues:
            subject = "1 eigenvalue besides zeros is" if nonzero == 1 else f"{nonzero} eigenvalues besides zeros are"
            few = f"{subject} too few"
            raise SketchError(f"{name}: {few} for a fit, which needs {settings.min_eigenvalues}")
        # Edge lists drop isolated vertices, and so do spectra without zeros.
        nodes = sketched.dimension - (sketched.source.num_isolated or 0)
        moments = nonzero_moments(sketched, num_moments)
        # tr(X^2) of the whole, zeros included, is the sum of 1 / degree over the vertices where all degrees are equal.
        trace = (float(moments.values[2]) + 1) / 2 * nonzero + (nodes - nonzero)
        degree = float(np.clip(nodes / max(trace, 1e-9), 1.0, nodes - 1))
        return cls(moments, nodes, degree, graph)
