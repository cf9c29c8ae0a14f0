"""Spectral densities of one type by four methods.

:mod:`base` defines this type with its intervals, and :mod:`parts` the interface of a method. The methods are
:mod:`maxent` (with :mod:`newton`, :mod:`dual` and :mod:`chebyshev_nodes`), :mod:`lanczos`, :mod:`kpm` and :mod:`exact`;
:mod:`quadrature` holds rules of probes; :mod:`matched` (with :mod:`rules`) and :mod:`bounded` add truncation errors,
and :mod:`methods` maps names to methods.
"""

from graphspec.densities.base import Estimate, SpectralDensity
from graphspec.densities.lanczos import LanczosPart, PointMass
from graphspec.densities.maxent import MaxEntSolution, interpolated_density, mass_effects, solve
from graphspec.densities.methods import METHODS, SKETCH_METHODS, density, exact_density
from graphspec.densities.parts import Linearized
from graphspec.densities.quadrature import averaged_sums, radau_rules, rule_sums

__all__ = [
    "METHODS",
    "SKETCH_METHODS",
    "Estimate",
    "LanczosPart",
    "Linearized",
    "MaxEntSolution",
    "PointMass",
    "SpectralDensity",
    "averaged_sums",
    "density",
    "exact_density",
    "interpolated_density",
    "mass_effects",
    "radau_rules",
    "rule_sums",
    "solve",
]
