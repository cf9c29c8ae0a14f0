"""Divergences between spectra, and random-graph models fitted to one by the spectra of reference graphs."""

from graphspec.comparison.classification import Classification, classify
from graphspec.comparison.fitting import Fit, fit
from graphspec.comparison.pairwise import Comparison, compare
from graphspec.comparison.settings import FitSettings

__all__ = ["Classification", "Comparison", "Fit", "FitSettings", "classify", "compare", "fit"]
