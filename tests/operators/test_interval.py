"""The map between an interval and [-1, 1]."""

import numpy as np
import pytest

from graphspec.operators.interval import Interval


@pytest.mark.parametrize("interval", [Interval(0.0, 2.0), Interval(-3.0, 5.5), Interval(1e8, 1e8 + 1.0)])
def test_eigenvalues_map_to_the_unit_interval_and_back(interval):
    np.testing.assert_array_equal(interval.to_unit(interval), [-1.0, 1.0])
    np.testing.assert_array_equal(interval.from_unit([-1.0, 1.0]), interval)
    assert interval.to_unit(interval.center) == 0.0
    assert interval.from_unit(1.0) - interval.from_unit(0.0) == interval.half_width
    points = np.linspace(-1.0, 1.0, 7)
    np.testing.assert_allclose(interval.to_unit(interval.from_unit(points)), points, atol=1e-7)


def test_an_interval_is_a_pair():
    low, high = Interval(0.0, 2.0)
    assert (low, high) == (0.0, 2.0) == Interval(low=0.0, high=2.0)
