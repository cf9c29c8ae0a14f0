"""The features of graphs as a transformer of scikit-learn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from graphspec._typing import Matrix
from graphspec.features.rows import error_columns, features_of
from graphspec.features.settings import NETLSD_TIMES, FeatureSettings
from graphspec.graphs import as_graph
from graphspec.sketches import Sampling

try:
    from sklearn.base import BaseEstimator, TransformerMixin
except ImportError as error:
    raise ImportError("SpectralFeatures needs scikit-learn: pip install 'graphspec[features]'") from error


class SpectralFeatures(TransformerMixin, BaseEstimator):
    """Turn graphs into rows of features of their normalised Laplacian.

    Parameters
    ----------
    orders, times, bins
        Which features; see :class:`graphspec.features.FeatureSettings`.
    with_errors
        Whether a second block of columns holds the standard errors of the features.
    weighted
        Whether to take the weights of networkx and igraph graphs and of matrices.
    num_moments, num_probes, seed, threads
        Options of the pass over graphs of more than 500 vertices; see :class:`graphspec.Sampling`.

    Examples
    --------
    >>> import networkx, graphspec
    >>> graphs = [networkx.path_graph(5), networkx.star_graph(4)]
    >>> features = graphspec.SpectralFeatures(orders=2, times=(1.0,), bins=0)
    >>> features.fit_transform(graphs)[:, 2:].round(3).tolist()
    [[0.486, 0.2, 0.2, 0.2, 1.222], [0.448, 0.2, 0.6, 0.2, 1.332]]
    >>> features.get_feature_names_out().tolist()
    ['moment_1', 'moment_2', 'heat_1', 'atom_0', 'atom_1', 'atom_2', 'entropy']
    """

    def __init__(
        self,
        orders: int = 10,
        times: tuple[float, ...] = NETLSD_TIMES,
        bins: int = 20,
        *,
        with_errors: bool = False,
        weighted: bool = False,
        num_moments: int = 100,
        num_probes: int = 16,
        seed: int = 0,
        threads: int | None = None,
    ) -> None:
        self.orders = orders
        self.times = times
        self.bins = bins
        self.with_errors = with_errors
        self.weighted = weighted
        self.num_moments = num_moments
        self.num_probes = num_probes
        self.seed = seed
        self.threads = threads

    def fit(self, X: Iterable[Any], y: Any = None) -> SpectralFeatures:  # noqa: ARG002 - scikit-learn's names
        """Check the options; nothing is learned from graphs."""
        self._settings()
        self._sampling()
        return self

    def transform(self, X: Iterable[Any]) -> Matrix:
        """Return one row for every graph.

        Parameters
        ----------
        X
            Graphs of graphspec, networkx, igraph or PyG (`edge_index`), or scipy sparse adjacency matrices.

        Raises
        ------
        ParameterError
            If an object is no graph, or an option is out of range.
        """
        graphs = [as_graph(each, weighted=self.weighted) for each in X]
        table = features_of(graphs, self._settings(), self._sampling())
        return np.concatenate([table.values, table.errors], axis=1) if self.with_errors else table.values

    def get_feature_names_out(self, input_features: Any = None) -> Any:  # noqa: ARG002
        """Return the names of the columns."""
        names = self._settings().names
        return np.array(error_columns(names) if self.with_errors else names, dtype=object)

    def __sklearn_is_fitted__(self) -> bool:
        """Return true: nothing is learned."""
        return True

    def _settings(self) -> FeatureSettings:
        return FeatureSettings.of(orders=self.orders, times=tuple(self.times), bins=self.bins)

    def _sampling(self) -> Sampling:
        return Sampling.of(
            num_moments=self.num_moments, num_probes=self.num_probes, seed=self.seed, threads=self.threads
        )
