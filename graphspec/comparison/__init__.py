"""Divergences between spectra, and fits of random-graph models by the spectra of reference graphs.

:mod:`pairwise` compares all pairs of spectra; :mod:`fitting` fits a model, by an :mod:`objective`, a search on a
:mod:`lattice` and the :mod:`uncertainty` at its minimum; :mod:`classification` compares fits of several models.
"""

from graphspec.comparison.classification import classify
from graphspec.comparison.fitting import fit
from graphspec.comparison.pairwise import Comparison, compare
from graphspec.comparison.results import Classification, ClassificationOutcome, Fit
from graphspec.comparison.settings import FitSettings
from graphspec.comparison.similarity import by_similarity

__all__ = [
    "Classification",
    "ClassificationOutcome",
    "Comparison",
    "Fit",
    "FitSettings",
    "by_similarity",
    "classify",
    "compare",
    "fit",
]
