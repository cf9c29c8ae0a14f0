"""The exactly known part of a spectrum, removed before sampling: of components, twins, branches and hanging trees.

:mod:`dense` solves what is left of one graph, :mod:`groups` many small graphs at once.
"""

from graphspec.exact.atoms import Atom, KnownSpectrum, point_masses, sorted_atoms
from graphspec.exact.components import known_spectrum, num_low_zeros
from graphspec.exact.condensed import Condensed, condense
from graphspec.exact.dense import dense_eigenvalues
from graphspec.exact.groups import DENSE_NODES, rows_of_spectra
from graphspec.exact.isomorphic import isomorphic_components
from graphspec.exact.quotient import Quotient
from graphspec.exact.remainder import Remainder, take_out
from graphspec.exact.settings import ExactSettings

__all__ = [
    "DENSE_NODES",
    "Atom",
    "Condensed",
    "ExactSettings",
    "KnownSpectrum",
    "Quotient",
    "Remainder",
    "condense",
    "dense_eigenvalues",
    "isomorphic_components",
    "known_spectrum",
    "num_low_zeros",
    "point_masses",
    "rows_of_spectra",
    "sorted_atoms",
    "take_out",
]
