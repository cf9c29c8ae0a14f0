"""Divergences between spectra, and fits of random-graph models by the spectra of reference graphs.

:mod:`pairwise` compares all pairs of spectra; :mod:`sets` two sets of graphs, by statistics of :mod:`two_samples` from
rows of :mod:`set_spectra`; :mod:`fitting` fits a model, by an :mod:`objective`, a search on a
:mod:`lattice` and the :mod:`uncertainty` at its minimum; :mod:`classification` compares fits of several models.
"""

from graphspec.comparison.classification import classify
from graphspec.comparison.communities import Communities
from graphspec.comparison.fitting import fit
from graphspec.comparison.pairwise import Comparison, compare
from graphspec.comparison.results import Classification, ClassificationOutcome, Fit
from graphspec.comparison.set_spectra import SetSpectra, spectra_of_set
from graphspec.comparison.sets import SetComparison, SetCurves, check_size, compare_set_spectra
from graphspec.comparison.settings import FitSettings, PermutationSettings, SetSettings
from graphspec.comparison.similarity import by_similarity

__all__ = [
    "Classification",
    "ClassificationOutcome",
    "Communities",
    "Comparison",
    "Fit",
    "FitSettings",
    "PermutationSettings",
    "SetComparison",
    "SetCurves",
    "SetSettings",
    "SetSpectra",
    "by_similarity",
    "check_size",
    "classify",
    "compare",
    "compare_set_spectra",
    "fit",
    "spectra_of_set",
]
