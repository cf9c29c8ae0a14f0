"""MaxEnt densities as points of one exponential family."""

from functools import partial

import numpy as np
import pytest
from spectra import complete

from graphspec import generate, sketch
from graphspec.comparison import measures
from graphspec.comparison.measures import curvature, fit_measures, second_moments, symmetric_kl_of
from graphspec.densities.maxent import MaxEntSettings, interpolated_density, solve
from graphspec.densities.newton import NewtonSettings
from graphspec.errors import NotConvergedError
from graphspec.sketches.moments import Moments, nonzero_moments

MOMENTS = nonzero_moments(sketch(generate("ba", 300, 1, m=4))).values[:13]
SEM = np.full(13, 0.02)


def test_curvature_is_the_second_derivative_of_the_divergence():
    base, change = solve(MOMENTS, SEM), 1e-3 * np.cos(np.arange(13)) * (np.arange(13) > 0)
    exact = symmetric_kl_of(base, solve(MOMENTS + change, SEM))
    assert change @ curvature(base) @ change / 2 == pytest.approx(exact, rel=0.15)
    np.testing.assert_allclose(curvature(base), curvature(base).T, rtol=1e-9, atol=1e-9 * np.abs(curvature(base)).max())


def test_second_moments_are_derivatives_of_moments_by_multipliers():
    base = solve(MOMENTS, SEM)
    nodes = np.cos((np.arange(len(base.masses)) + 0.5) * np.pi / len(base.masses))
    basis = np.cos(np.arange(13)[:, None] * np.arccos(nodes))
    np.testing.assert_allclose(second_moments(base), (basis * base.masses) @ basis.T, atol=1e-12)


def test_a_divergence_of_two_is_symmetric_and_zero_for_one():
    first, second = solve(MOMENTS, SEM), solve(MOMENTS * 0.9 ** np.arange(13), SEM)
    assert symmetric_kl_of(first, first) == 0
    assert symmetric_kl_of(first, second) == symmetric_kl_of(second, first) > 0
    exact = ((first.masses - second.masses) * np.log(first.masses / second.masses)).sum() / 2
    assert symmetric_kl_of(first, second) == pytest.approx(exact, abs=1e-8)


def test_one_family_of_densities_though_one_needs_a_larger_ridge():
    # A nearly atomic spectrum is solved by continuation; the other then has its ridge too.
    pair = [sketch(complete(400).graph), sketch(generate("ba", 900, 1, m=4))]
    measures = fit_measures([nonzero_moments(item, 60) for item in pair])
    assert len({measure.solution.report.ridge for measure in measures}) == 1
    np.testing.assert_array_equal(measures[0].solution.variances, measures[1].solution.variances)


def test_standard_errors_are_the_largest_of_any_spectrum_unless_they_are_given():
    moments = [nonzero_moments(sketch(generate("ba", 900, seed, m=4)), 20) for seed in (1, 2)]
    largest = np.maximum(moments[0].sem, moments[1].sem)
    for measure, given in zip(fit_measures(moments), fit_measures(moments, largest), strict=True):
        np.testing.assert_array_equal(measure.solution.coefficients, given.solution.coefficients)
    smoother = fit_measures(moments, 2 * largest)
    assert not np.array_equal(smoother[0].solution.coefficients, fit_measures(moments)[0].solution.coefficients)


def test_effects_are_changes_of_the_multipliers():
    moments = nonzero_moments(sketch(generate("ba", 900, 1, m=4)), 20)
    (measure,) = fit_measures([moments])
    step = 1e-3
    moved = solve(moments.values + step * moments.deviations[0], moments.sem)
    change = (moved.coefficients - measure.solution.coefficients) / step
    np.testing.assert_allclose(measure.effects[0], change, atol=0.02 * np.abs(change).max())


def test_densities_are_those_that_are_drawn():
    (measure,) = fit_measures([nonzero_moments(sketch(generate("ba", 900, 1, m=4)), 30)])
    unit = np.linspace(-1, 1, 4001)
    assert np.trapezoid(interpolated_density(measure.solution.masses, unit), unit) == pytest.approx(1, abs=1e-3)


def test_a_density_that_did_not_converge_is_refused_by_the_name_of_its_spectrum(monkeypatch):
    moments = [Moments(values, np.zeros((2, 13))) for values in (np.eye(13)[0], MOMENTS)]
    assert len(fit_measures(moments)) == 2
    # The first spectrum has the moments of the start; the other needs more than a step.
    hurried = MaxEntSettings(direct_steps=1, newton=NewtonSettings(max_steps=1))
    monkeypatch.setattr(measures, "solve", partial(solve, settings=hurried))
    for names, label in ((None, "spectrum 2"), (["a", "b"], "b")):
        with pytest.raises(
            NotConvergedError, match=rf"^{label}: the solver did not converge .* the 12 moments are not"
        ):
            fit_measures(moments, names=names)
