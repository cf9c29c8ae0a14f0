"""Gauss and Gauss-Radau rules bound the quadratic form of every probe, and intervals cover."""

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.errors import ParameterError
from graphspec.functionals import LowerEnd, SpectralFunction, parse_expression, spectral_sum
from graphspec.functionals.brackets import RemainderRules, remainder_on
from graphspec.functionals.signs import alternate, same
from graphspec.lanczos import ritz_values
from graphspec.operators import Interval
from graphspec.sketches.probes import rademacher_probes

SIZE, PROBES, MOMENTS = 400, 5, 12
rng = np.random.default_rng(3)
BASIS = np.linalg.qr(rng.standard_normal((SIZE, SIZE)))[0]
EIGENVALUES = np.sort(rng.uniform(0.05, 2.0, SIZE) ** 2)
MATRIX = (BASIS * EIGENVALUES) @ BASIS.T
INTERVAL = (0.002, 4.1)
FUNCTIONS = {
    "log": SpectralFunction("log(x)", np.log, alternate(-1, 1)),
    "inverse": SpectralFunction("1/x", lambda x: 1 / x, alternate(1, 0)),
    "exp": SpectralFunction("exp(x)", np.exp, same(1, 0)),
    "minus exp": SpectralFunction("-exp(2 x)", lambda x: -np.exp(2 * x), same(-1, 0)),
    "decay": SpectralFunction("exp(-3 x)", lambda x: np.exp(-3 * x), alternate(1, 0)),
    "entropy": SpectralFunction("-x log(x)", lambda x: -x * np.log(x), alternate(-1, 2)),
    "root": SpectralFunction("sqrt(x)", np.sqrt, alternate(-1, 1)),
}


@pytest.fixture(scope="module")
def held():
    operator = graphspec.linear_operator(MATRIX, INTERVAL)
    return graphspec.sketch(operator, num_moments=MOMENTS, num_probes=PROBES)


@pytest.fixture(scope="module")
def forms():
    """Return the mean of a function over the eigenvalues as every probe weights them, shape (probes,)."""
    probes = rademacher_probes(0, range(PROBES), SIZE).astype(float)
    weights = (probes @ BASIS) ** 2 / SIZE
    return lambda function: weights @ function.values(EIGENVALUES)


def without_controls(held):
    """Return a sketch whose exact moments are not used, so that bounds are those of the probes themselves."""
    return graphspec.sketches.spectral_sketch.replace(held, low_moments=held.low_moments[:1])


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_bounds_enclose_the_quadratic_forms_of_the_probes(held, forms, function):
    bracket = RemainderRules(without_controls(held), Interval(*INTERVAL)).bracket(function)
    assert bracket.rigorous
    low, high = (bound.value + bound.deviations for bound in (bracket.low, bracket.high))
    truth = forms(function)
    slack = 1e-6 * np.abs(truth).max()
    assert (low <= truth + slack).all()
    assert (truth <= high + slack).all()
    # Six products leave 1/x open near the lower end; no other bounds are loose.
    assert function.name == "1/x" or (high - low).max() < 0.5 * np.abs(truth).max()


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_more_products_bring_the_bounds_together(held, function):
    more = graphspec.sketch(graphspec.linear_operator(MATRIX, INTERVAL), num_moments=80, num_probes=PROBES)
    widths = []
    for sketch in (held, more):
        bracket = RemainderRules(without_controls(sketch), Interval(*INTERVAL)).bracket(function)
        widths.append(float(bracket.high.value - bracket.low.value))
    assert widths[1] < 0.2 * widths[0] + 1e-6


def test_a_wrong_sign_would_turn_the_bounds_around(held):
    function = SpectralFunction("log(x)", np.log, alternate(1, 1))
    bracket = RemainderRules(without_controls(held), Interval(*INTERVAL)).bracket(function)
    assert bracket.high.value < bracket.low.value


def test_a_function_without_signs_has_an_estimated_bracket(held, forms):
    function = SpectralFunction("sin(9 x)", lambda x: np.sin(9 * x))
    bracket = RemainderRules(without_controls(held), Interval(*INTERVAL)).bracket(function)
    assert not bracket.rigorous
    assert bracket.low.value < forms(function).mean() < bracket.high.value


def test_a_polynomial_within_the_order_leaves_nothing_open(held, forms):
    expression = parse_expression("x**3 - 2*x")
    function = SpectralFunction(str(expression), expression.values, expression.signs(*INTERVAL))
    bracket = RemainderRules(without_controls(held), Interval(*INTERVAL)).bracket(function)
    assert bracket.high.value == pytest.approx(float(bracket.low.value), rel=1e-12)
    assert bracket.low.value == pytest.approx(forms(function).mean(), rel=1e-5)


def test_a_singular_end_leaves_one_side_without_a_bound(held):
    total = spectral_sum(held, FUNCTIONS["log"], LowerEnd(0.0, "operator"))
    assert total.estimate.low == -np.inf
    assert np.isfinite([total.estimate.value, total.estimate.high]).all()
    assert not total.order_suffices


def test_a_lower_end_above_an_average_of_eigenvalues_is_refused(held):
    with pytest.raises(ParameterError, match=r"the lower end 1 \(given\) is above an average of eigenvalues, 0\.0"):
        spectral_sum(held, FUNCTIONS["log"], LowerEnd(1.0, "given"))


def test_a_function_that_is_not_finite_in_between_is_refused():
    held = graphspec.sketch(nx.gnm_random_graph(600, 2400, seed=1), operator="adjacency", num_moments=20)
    with pytest.raises(ParameterError, match=r"log\(x\) is not a finite number from -\d"):
        spectral_sum(held, FUNCTIONS["log"], LowerEnd(held.interval.low, "operator"))


@pytest.mark.parametrize("method", ["maxent", "kpm"])
def test_a_function_that_is_not_finite_where_only_a_density_is_is_refused(held, method):
    nodes = [ritz_values(alpha, beta)[0] for alpha, beta in zip(held.alpha, held.beta, strict=True)]
    lowest = held.interval.from_unit(np.min(nodes)) - 1e-6
    root, end = SpectralFunction("a root", lambda x: np.sqrt(x - lowest)), LowerEnd(INTERVAL[0], "given")
    assert np.isfinite(spectral_sum(held, root, end, method="lanczos").estimate.value)
    with pytest.raises(ParameterError, match=r"a root is not a finite number from 0\.002 to 4\.1"):
        spectral_sum(held, root, end, method=method)


def test_a_sketch_on_another_interval_has_the_same_rules(held):
    moved = remainder_on(held, Interval(0.001, 5.0))
    for function in FUNCTIONS.values():
        here, there = (
            RemainderRules(sketch, sketch.interval).bracket(function).gauss.value for sketch in (held, moved)
        )
        assert there == pytest.approx(float(here), rel=1e-6)


def test_exact_moments_narrow_the_interval_of_a_smooth_function():
    held = graphspec.sketch(nx.gnm_random_graph(3000, 12000, seed=1))
    function = FUNCTIONS["decay"]
    end = LowerEnd(0.0, "operator")
    sems = [
        float(spectral_sum(each, function, end, method="slq").estimate.sem) for each in (held, without_controls(held))
    ]
    assert sems[0] < 0.1 * sems[1]


@pytest.mark.parametrize("method", ["maxent", "slq", "kpm"])
def test_intervals_cover(method):
    """95 % intervals of 120 sums, of which at least 107 cover but once in ten thousand times."""
    graph = nx.gnm_random_graph(1200, 3600, seed=2)
    prepared = graphspec.graphs.as_graph(graph)
    eigenvalues = np.linalg.eigvalsh(graphspec.graph_operator(prepared).matrix().toarray())
    covered = 0
    for seed in range(40):
        held = graphspec.sketch(prepared, num_moments=40, num_probes=8, seed=seed)
        for name in ("decay", "entropy", "root"):
            function = FUNCTIONS[name]
            if name == "entropy":
                function = SpectralFunction("", lambda x: -x * np.log(np.maximum(x, 1e-300)), function.signs)
            estimate = spectral_sum(held, function, LowerEnd(0.0, "operator"), method=method).estimate
            covered += bool(estimate.low <= function.values(np.maximum(eigenvalues, 0)).sum() <= estimate.high)
    assert covered >= 107


@pytest.fixture(scope="module")
def dominated():
    """Rules of a dense random graph, whose largest eigenvalue is far from the others and comes with copies."""
    graph = graphspec.graphs.as_graph(nx.gnm_random_graph(600, 12000, seed=2))
    held = graphspec.sketch(graph, operator="adjacency", seed=10)
    return RemainderRules(held, held.interval, dominated=True)


def test_the_known_mass_of_the_largest_eigenvalue_is_used_where_it_has_copies(dominated):
    assert dominated.point is not None
    assert dominated.point.mass == 1 / 600
    assert not np.allclose(dominated.point.weights, 1 / 600, rtol=0.1)


@pytest.mark.parametrize("degree", range(3))
def test_polynomials_of_exact_moments_have_no_error_beside_a_known_mass(dominated, degree):
    power = SpectralFunction("power", lambda x: np.asarray(x) ** degree, same(1, 0))
    gauss = dominated.bracket(power).gauss
    truth = [1.0, 0.0, 2 * 12000 / 600][degree]
    assert gauss.value == pytest.approx(truth, abs=1e-5 * 41**degree)
    assert np.abs(gauss.deviations).max() < 1e-5 * 41**degree
