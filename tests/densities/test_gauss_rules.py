"""Densities of the probes' Gauss rules."""

import numpy as np
import pytest
from estimated import ROUNDING
from spectra import grid

from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.methods import density


def test_lanczos_intervals_of_a_probe_are_rigorous():
    # Unit mass on dense eigenvalues: no sampling, so the truncation bound alone must hold, everywhere.
    example = grid(12, 13)
    for order in (4, 10, 30):
        estimated = density(example.graph, "lanczos", num_moments=order, operator="combinatorial")
        points = estimated.grid(997)
        exact = np.searchsorted(example.spectra["combinatorial"], points, side="right")
        count = estimated.count(points)
        assert (count.low <= exact + ROUNDING * 1e3).all()
        assert (exact <= count.high + ROUNDING * 1e3).all()


def test_lanczos_weights_probes_by_their_norms():
    # One step and one node a probe: at 0.5 with norm 3, at -0.5 with norm 1.
    part = LanczosPart(np.array([[0.5], [-0.5]]), np.zeros((2, 1)), np.array([3.0, 1.0]))
    assert float(part.integrate(lambda unit: unit).value) == pytest.approx(0.25)
    assert part.cumulative(np.array([-0.6, 0.0, 0.6])).value == pytest.approx([0.0, 0.25, 1.0])
