"""What every continuous part must fulfil: a measure of mass one on [-1, 1] with the effect of every probe on it."""

import numpy as np
import pytest
from scipy import special
from spectra import grid

import graphspec
from graphspec.densities.bounded import BoundedPart
from graphspec.densities.exact import ExactPart
from graphspec.densities.kpm import KpmPart
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.maxent import MaxEntPart
from graphspec.densities.parts import (
    EmptyPart,
    coarse_order,
    constant,
    distribution_truncation,
    half_order,
    smoothing_error,
)
from graphspec.sketches.moments import remainder_moments

ORDER = 40
ROUNDING = 1e-9
EXAMPLE = grid(25, 26)
SKETCH = graphspec.sketch(EXAMPLE.graph, operator="combinatorial", num_moments=ORDER, num_probes=7, structure=False)
MOMENTS = remainder_moments(SKETCH)
JACOBI = (SKETCH.alpha, SKETCH.beta, SKETCH.norm2)
EIGENVALUES = SKETCH.interval.to_unit(EXAMPLE.spectra["combinatorial"])

PARTS = {
    "maxent": MaxEntPart(MOMENTS),
    "lanczos": LanczosPart(*JACOBI),
    "kpm": KpmPart(MOMENTS),
    "exact": ExactPart(EIGENVALUES, ORDER),
    "bounded": BoundedPart(MaxEntPart(MOMENTS), LanczosPart(*JACOBI), complete=False),
    "complete": BoundedPart(KpmPart(MOMENTS), LanczosPart(*JACOBI), complete=True),
}
GRID = np.linspace(-1, 1, 501)


@pytest.fixture(params=PARTS)
def part(request):
    return PARTS[request.param]


def quantities(part):
    return {
        "density": part.density(GRID),
        "cumulative": part.cumulative(GRID),
        "integral": part.integrate(np.exp),
        "integrals": part.integrate(lambda unit: np.stack([np.ones_like(unit), unit, unit**2], axis=-1)),
    }


def test_shapes(part):
    for name, quantity in quantities(part).items():
        shape = {"integral": (), "integrals": (3,)}.get(name, GRID.shape)
        assert quantity.value.shape == quantity.truncation.shape == shape
        assert quantity.deviations.shape[1:] == shape
        assert len(quantity.deviations) >= 2  # a standard error needs two


def test_the_mass_is_one(part):
    ends = part.cumulative(np.array([-1.0, 1.0]))
    assert ends.value[1] == pytest.approx(1.0, abs=1e-7)
    assert ends.value[0] <= 0.01
    assert part.integrate(np.ones_like).value == pytest.approx(1.0, abs=1e-7)


def test_distribution_functions_grow(part):
    # Damping moments that are not quite those of a measure leaves traces of negative mass.
    assert (np.diff(part.cumulative(GRID).value) >= -1e-3).all()


def test_nothing_is_negative(part):
    assert (part.density(GRID).value >= -1e-6).all()
    for quantity in quantities(part).values():
        assert (quantity.truncation >= 0).all()


def test_probes_deviate_from_their_mean(part):
    for quantity in quantities(part).values():
        largest = max(1.0, np.abs(quantity.deviations).max())
        np.testing.assert_allclose(quantity.deviations.sum(axis=0), 0.0, atol=1e-8 * largest)


def test_integrals_are_linear(part):
    both = part.integrate(lambda unit: 2 * np.exp(unit) - 3 * unit)
    one, other = part.integrate(np.exp), part.integrate(lambda unit: unit)
    assert both.value == pytest.approx(2 * one.value - 3 * other.value, abs=ROUNDING)
    np.testing.assert_allclose(both.deviations, 2 * one.deviations - 3 * other.deviations, atol=ROUNDING)


def test_the_support_carries_the_mass_of_steps(part):
    assert (np.abs(part.support) <= 1).all()
    for point in np.unique(part.support)[::20]:
        before, at = part.cumulative(np.array([max(point - 1e-6, -1.0), point])).value
        assert at > before or point == -1


def test_parts_know_whether_they_are_certain(part):
    certain = all(not quantity.deviations.any() for quantity in quantities(part).values())
    assert part.certain == certain
    assert part.report.converged


def test_the_eigenvalues_lie_within_three_errors(part):
    points = np.array([-0.61, -0.23, 0.11, 0.47, 0.83])
    estimate = part.cumulative(points)
    exact = np.searchsorted(np.sort(EIGENVALUES), points, side="right") / len(EIGENVALUES)
    error = np.sqrt((estimate.deviations**2).sum(axis=0) / len(estimate.deviations) / (len(estimate.deviations) - 1))
    # A resolution holds two percent of the mass.
    assert (np.abs(estimate.value - exact) <= 3 * error + estimate.truncation + 0.02).all()


def test_an_empty_part_is_zero():
    part = EmptyPart()
    assert part.certain
    assert part.support.shape == (0,)
    for quantity in quantities(part).values():
        assert not quantity.value.any()
        assert not quantity.deviations.any()
        assert not quantity.truncation.any()
    assert part.density(GRID).value.shape == GRID.shape
    assert part.integrate(lambda unit: np.ones((len(unit), 4))).value.shape == (4,)


@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_constants_have_two_probes(shape):
    quantity = constant(np.ones(shape))
    assert quantity.deviations.shape == (2, *shape)
    assert quantity.truncation.shape == shape


@pytest.mark.parametrize(("order", "lower"), [(0, 0), (1, 0), (2, 0), (3, 1), (5, 3), (6, 4), (9, 6), (100, 66)])
def test_the_lower_order(order, lower):
    assert coarse_order(order) == lower


@pytest.mark.parametrize(("order", "half"), [(0, 0), (1, 0), (2, 0), (3, 1), (5, 2), (6, 3), (9, 4), (100, 50)])
def test_half_of_the_order(order, half):
    assert half_order(order) == half


def test_truncation_is_the_largest_change_from_lower_orders_within_the_resolution():
    points = np.linspace(-0.9, 0.9, 19)

    def tilted(amount):
        return lambda unit: (1 + unit) / 2 + amount * (1 - unit**2)

    expected = 0.1 * (1 - points**2)
    for coarse in ([tilted(-0.1)], [tilted(-0.05), tilted(-0.1)], [tilted(0.1), tilted(0.0)]):
        found = distribution_truncation(tilted(0.0), coarse, points, 1e-6)
        np.testing.assert_allclose(found, expected, atol=1e-6)
    # Where two orders cross they still differ at a distance of one resolution.
    crossing = distribution_truncation(tilted(0.0), [lambda unit: (1 + unit) / 2 + 0.1 * unit], np.zeros(1), 0.3)
    assert crossing == pytest.approx([0.1 * np.sin(0.3)])


@pytest.mark.parametrize(("point", "share"), [(0.0, 0.5), (0.3, 0.5), (1.0, 1.0)])
def test_truncation_holds_what_a_point_mass_has_on_the_other_side(point, share):
    def step(unit):
        return np.where(unit >= point - 1e-12, 1.0, 0.0)

    truncation = distribution_truncation(step, [step], np.array([point]), 0.05)
    assert truncation[0] == pytest.approx(share)
    assert distribution_truncation(step, [step], np.array([-0.5]), 0.05)[0] == 0.0


@pytest.mark.parametrize("width", [0.02, 0.1])
def test_the_error_of_smoothing_holds_half_a_point_mass(width):
    def smoothed(unit):
        return special.ndtr((np.arccos(0.2) - np.arccos(unit)) / width)

    angles = np.arccos(0.2) + width * np.linspace(-4, 4, 33)
    error = smoothing_error(smoothed, np.cos(angles), width)
    exact = np.where(np.cos(angles) >= 0.2, 1.0, 0.0)
    assert (error >= np.abs(smoothed(np.cos(angles)) - exact) - 1e-3).all()
    # Half of the mass at most is on the wrong side, and far away nothing is.
    assert error.max() <= 0.6
    assert smoothing_error(smoothed, np.array([-0.9]), width)[0] < 1e-6


def test_smoothing_leaves_a_linear_density_of_the_angle_as_it_is():
    def linear(unit):
        angles = np.pi - np.arccos(unit)
        return (angles / np.pi) ** 2

    # Far from the ends of the interval: at them it breaks off.
    error = smoothing_error(linear, np.cos(np.linspace(0.5, 2.5, 9)), 0.1)
    np.testing.assert_allclose(error, 0.0, atol=1e-12)
    assert smoothing_error(linear, np.array([0.995]), 0.1) > 0.01
