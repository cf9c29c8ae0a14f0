"""Uncertainty of a fit: sensitivities on linear models, self-matches, discrepancies."""

import numpy as np
import pytest
from fitted import target_of

from graphspec import generate
from graphspec.comparison.fitting import fit_target
from graphspec.comparison.measures import curvature
from graphspec.comparison.objective import Objective
from graphspec.comparison.references import References
from graphspec.comparison.settings import FitSettings
from graphspec.comparison.target import Target
from graphspec.comparison.uncertainty import FitUncertainty, Sensitivity, lattice_step, standard_errors
from graphspec.errors import ParameterError
from graphspec.models.base import Parameter
from graphspec.models.generation import get_model
from graphspec.sketches.moments import Moments

ORDER, COUNT, PROBES = 8, 40, 6
RANDOM = np.random.default_rng(3)
MIDDLE = np.r_[1.0, 0.1 * RANDOM.standard_normal(ORDER)]
SLOPES = {"k": np.r_[0.0, 0.001 * RANDOM.standard_normal(ORDER)], "p": np.r_[0.0, 0.1 * RANDOM.standard_normal(ORDER)]}
NOISE = np.c_[np.zeros(COUNT), 0.003 * RANDOM.standard_normal((COUNT, ORDER))]
DEVIATIONS = np.c_[np.zeros(PROBES), 0.002 * RANDOM.standard_normal((PROBES, ORDER))]
SETTINGS = FitSettings()


class LinearModel:
    """A model that is known by its moments alone."""

    name = "linear"
    parameters = (Parameter("k", "a whole number", integer=True, high=9), Parameter("p", "a share", high=1.0))


class LinearReferences:
    """References whose moments depend linearly on the parameters, with the same noise everywhere."""

    model, count, num_made = LinearModel(), COUNT, 0

    def __init__(self, num_nodes=100, reference_nodes=100):
        self.num_nodes, self.reference_nodes = num_nodes, reference_nodes

    def moments(self, values, count=None):
        """Return moments at values within the parameter space."""
        if not (0 <= values["k"] <= 9 and 0 <= values["p"] <= 1):
            raise ParameterError("outside")
        mean = MIDDLE + (values["k"] - 4) * SLOPES["k"] + (values["p"] - 0.5) * SLOPES["p"]
        return (mean + NOISE - NOISE.mean(axis=0))[:count]


def objective_of(deviations=DEVIATIONS, change=0.0, **sizes):
    target = Target(Moments(MIDDLE + change, deviations), 100, 5.0)
    return Objective.with_noise_at({"k": 4, "p": 0.5}, target, LinearReferences(**sizes))


def uncertainty_of(settings=SETTINGS, **options):
    return FitUncertainty(objective_of(**options), {"k": 4, "p": 0.5}, {"k": 1.0, "p": 0.125}, settings)


WIDTHS = {"k": 1.0, "p": 0.125}


# --- sensitivities and standard errors


def test_slopes_are_derivatives_of_the_moments():
    response = Sensitivity.at(objective_of(), {"k": 4, "p": 0.5}, WIDTHS)
    np.testing.assert_allclose(response.slopes, [SLOPES["k"], SLOPES["p"]], rtol=0, atol=1e-12)


@pytest.mark.parametrize("values", [{"k": 0, "p": 0.5}, {"k": 9, "p": 1.0}, {"k": 4, "p": 0.0}])
def test_slopes_are_one_sided_at_a_border(values):
    response = Sensitivity.at(objective_of(), values, WIDTHS)
    np.testing.assert_allclose(response.slopes, [SLOPES["k"], SLOPES["p"]], rtol=0, atol=1e-12)


def test_gains_recover_changes_of_the_parameters():
    response = Sensitivity.at(objective_of(), {"k": 4, "p": 0.5}, WIDTHS)
    np.testing.assert_allclose(response.gains @ response.slopes.T, np.eye(2), rtol=0, atol=1e-9)


def test_what_parameters_explain_is_taken_out():
    response = Sensitivity.at(objective_of(), {"k": 4, "p": 0.5}, WIDTHS)
    explained = 3 * SLOPES["k"] - 0.2 * SLOPES["p"]
    changes = RANDOM.standard_normal((5, ORDER + 1))
    np.testing.assert_allclose(response.unexplained(explained[None]), 0.0, rtol=0, atol=1e-9)
    left = response.unexplained(changes)
    np.testing.assert_allclose(response.unexplained(changes + explained), left, rtol=0, atol=1e-9)
    np.testing.assert_allclose(response.gains @ left.T, 0.0, rtol=0, atol=1e-8)


def test_standard_errors_are_those_of_least_squares():
    objective = objective_of()
    gains = Sensitivity.at(objective, {"k": 4, "p": 0.5}, WIDTHS).gains
    spread = np.cov(NOISE @ gains.T, rowvar=False).diagonal() * (1 + 1 / COUNT)
    probes = ((DEVIATIONS @ gains.T) ** 2).sum(axis=0) / (PROBES * (PROBES - 1))
    errors = standard_errors(objective, {"k": 4, "p": 0.5}, WIDTHS)
    assert list(errors) == ["k", "p"]
    np.testing.assert_allclose(list(errors.values()), np.sqrt(spread + probes), rtol=1e-9)
    assert standard_errors(objective, {"k": 4, "p": 0.5}, {}) == {}


def test_the_noise_of_a_larger_graph_is_smaller():
    silent = np.zeros_like(DEVIATIONS)
    small, large = (
        standard_errors(objective_of(silent, num_nodes=nodes), {"k": 4, "p": 0.5}, WIDTHS) for nodes in (100, 400)
    )
    expected = np.sqrt((1 / 4 + 1 / COUNT) / (1 + 1 / COUNT))
    for name in WIDTHS:
        assert large[name] / small[name] == pytest.approx(expected, rel=1e-9)


def test_errors_of_integers_are_at_least_that_of_rounding():
    errors = uncertainty_of().standard_errors()
    plain = standard_errors(objective_of(), {"k": 4, "p": 0.5}, WIDTHS)
    assert errors == {"k": max(0.29, plain["k"]), "p": plain["p"]}
    assert uncertainty_of(FitSettings(integer_error=50.0)).standard_errors() == {"k": 50.0, "p": plain["p"]}


@pytest.mark.parametrize("value", [0.0, 1e-4, 0.5, 1.0])
def test_steps_of_the_lattice_are_powers_of_two_near_the_standard_error(value):
    step = lattice_step(objective_of(), {"k": 4, "p": value}, LinearModel.parameters[1])
    assert np.log2(step) == round(np.log2(step))
    error = standard_errors(objective_of(), {"k": 4, "p": 0.5}, {"p": 0.1})["p"]
    limit = 0.25 * max(value, 4e-9)
    assert 2**-0.5 <= step / min(error, limit) <= 2**0.5 or step / min(error, limit) == pytest.approx(1, rel=0.5)


# --- self-matches and errors of the divergence


def test_a_self_match_is_the_expected_divergence_of_unexplained_noise():
    match = uncertainty_of().self_match()
    uncertainty = uncertainty_of()
    weight = curvature(uncertainty.objective.reference_density(uncertainty.values))
    response = Sensitivity.at(uncertainty.objective, uncertainty.values, {"p": 0.125})
    noise = response.unexplained((NOISE - NOISE.mean(axis=0)) * COUNT / (COUNT - 1))[:30]
    divergences = ((noise @ weight) * noise).sum(axis=1) / 2
    sampling = ((DEVIATIONS @ weight) * DEVIATIONS).sum() / (PROBES * (PROBES - 1)) / 2
    assert match.median == pytest.approx(np.median(divergences) + sampling, rel=0.1)
    deviation = 1.4826 * np.median(np.abs(divergences - np.median(divergences)))
    assert match.spread == pytest.approx(deviation, rel=0.15)


def test_limits_are_multiples_of_self_matches():
    match = uncertainty_of().self_match()
    assert match.limit == max(2 * match.median, match.median + 5 * match.spread)
    assert uncertainty_of(FitSettings(consistent=50.0)).self_match().limit == 50 * match.median
    spreads = uncertainty_of(FitSettings(consistent_spreads=70.0)).self_match()
    assert spreads.limit == match.median + 70 * match.spread


def test_a_few_references_are_matched():
    few = uncertainty_of(FitSettings(self_matches=3)).self_match()
    assert few.median != uncertainty_of().self_match().median


def test_noise_of_the_probes_adds_to_self_matches():
    silent = uncertainty_of(deviations=np.zeros_like(DEVIATIONS)).self_match()
    loud = uncertainty_of(deviations=5 * DEVIATIONS).self_match()
    assert loud.median > silent.median


def test_the_error_of_the_divergence_is_the_spread_of_divergences():
    # Targets that deviate as their probes say, against references with noise of their own.
    change = np.r_[0.0, 0.02 * np.cos(np.arange(ORDER))]
    base = uncertainty_of(change=change)
    random, values = np.random.default_rng(8), []
    for _ in range(150):
        signs = random.choice([-1.0, 1.0], PROBES) / np.sqrt(PROBES * (PROBES - 1))
        moved = Target(Moments(MIDDLE + change + signs @ DEVIATIONS, DEVIATIONS), 100, 5.0)
        values.append(Objective(moved, LinearReferences(), base.objective.noise)(base.values))
    from_probes = np.std(values, ddof=1)
    silent = uncertainty_of(deviations=1e-9 * DEVIATIONS, change=change).divergence_error()
    assert base.divergence_error() == pytest.approx(np.hypot(from_probes, silent), rel=0.2)


# --- discrepancies


def test_a_discrepancy_is_the_distance_along_a_direction():
    direction = np.r_[0.0, 0.02 * np.sin(np.arange(ORDER))]
    near, away = uncertainty_of(), uncertainty_of(change=direction)
    assert near.discrepancy(direction).offset == pytest.approx(0, abs=1e-12)
    assert away.discrepancy(direction).offset > 0
    back = uncertainty_of(change=-direction)
    assert back.discrepancy(direction).offset < 0
    assert away.discrepancy(2 * direction).offset == pytest.approx(2 * away.discrepancy(direction).offset, rel=1e-9)
    assert near.discrepancy(direction).deviation > 0


def test_a_discrepancy_ignores_what_continuous_parameters_explain():
    moved = uncertainty_of(change=0.05 * SLOPES["p"])
    direction = np.r_[0.0, 0.02 * np.sin(np.arange(ORDER))]
    assert abs(moved.discrepancy(direction).offset) < 1e-6 * np.abs(direction @ moved.curvature @ SLOPES["p"])
    # Integers do not follow a small change.
    assert uncertainty_of(change=SLOPES["k"]).discrepancy(SLOPES["k"]).offset > 0


@pytest.mark.slow
def test_a_discrepancy_is_measured_in_deviations_of_graphs_of_the_model():
    references = References(get_model("ba"), 60, 16, 40)
    other = References(get_model("er"), 60, 16, 10).moments({"p": 0.15}).mean(axis=0)
    scores = []
    for seed in range(40):
        uncertainty = fit_target(target_of(generate("ba", 60, 1000 + seed, m=5)), references).uncertainty
        if uncertainty.values == {"m": 5}:
            offset, deviation = uncertainty.discrepancy(other - uncertainty.mean_moments)
            scores.append(offset / deviation)
    assert len(scores) > 20
    assert abs(np.mean(scores)) < 4 / np.sqrt(len(scores))
    assert 0.5 < np.std(scores, ddof=1) < 1.6
