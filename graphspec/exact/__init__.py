"""The exactly known part of a spectrum, removed before sampling: components, small components, twins, trees."""

from graphspec.exact.atoms import Atom, KnownSpectrum, point_masses, sorted_atoms
from graphspec.exact.components import known_spectrum, num_low_zeros
from graphspec.exact.condensed import Condensed, condense
from graphspec.exact.dense import dense_eigenvalues
from graphspec.exact.isomorphic import isomorphic_components
from graphspec.exact.remainder import Remainder, take_out
from graphspec.exact.settings import ExactSettings

__all__ = [
    "Atom",
    "Condensed",
    "ExactSettings",
    "KnownSpectrum",
    "Remainder",
    "condense",
    "dense_eigenvalues",
    "isomorphic_components",
    "known_spectrum",
    "num_low_zeros",
    "point_masses",
    "sorted_atoms",
    "take_out",
]
