"""Features of graphs: what the spectrum of the normalised Laplacian says, as one row of numbers for every graph.

:mod:`settings` names the features, :mod:`rows` computes rows of exact eigenvalues and of densities, :mod:`transformer`
is the transformer of scikit-learn, which it alone imports.
"""

from graphspec.features.rows import FeatureTable, features_of
from graphspec.features.settings import FeatureSettings

__all__ = ["FeatureSettings", "FeatureTable", "features_of"]
