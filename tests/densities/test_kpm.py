"""The damped Chebyshev series."""

import numpy as np
import pytest

from graphspec.densities.kpm import jackson_damping


def test_jackson_damping():
    damping = jackson_damping(30)
    assert damping[0] == pytest.approx(1.0)
    assert (np.diff(damping) < 0).all()
    assert damping[-1] > 0
    # A damped delta function is not negative and of standard deviation pi / (m + 2) in the angle.
    angles = np.linspace(0, np.pi, 2001)
    kernel = damping @ (np.where(np.arange(31), 2.0, 1.0)[:, None] * np.cos(np.arange(31)[:, None] * angles))
    assert kernel.min() > -1e-12
