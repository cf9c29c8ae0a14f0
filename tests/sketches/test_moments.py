"""Moments from Jacobi coefficients: exact where they must be, unbiased elsewhere, with honest standard errors."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from numpy.polynomial import chebyshev
from scipy import special
from spectra import CASE_IDS, CASES, chebyshev_means, complete, cycle, eigenvalues, hypercube, random_graph, star

import graphspec
from graphspec.errors import SketchError
from graphspec.graphs.graph import Graph
from graphspec.lanczos.recurrence import lanczos
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.sketches.moments import (
    Moments,
    atom_moments,
    jacobi_chebyshev_moments,
    rademacher_variance_bound,
    remainder_moments,
    spectrum_moments,
    standard_error,
    t_quantile,
)
from graphspec.sketches.probes import ProbeRange

ALGEBRA = 1e-10  # float64 throughout, some tens of steps
SINGLE = 2e-5  # float32 vectors of a few hundred entries; the mean over probes is a little better
DENSE = 1e-7  # dense eigenvalues through a float64 recurrence whose breakdown is cut at a coupling of 1e-6
STATISTICAL = 4.5  # standard deviations by the closed form, with a fixed seed; the largest of 100 is near 3


def subset(sketch, start, stop):
    """Return the sketch of some of the probes, as if no others had been drawn."""
    place = slice(start, stop)
    return replace(
        sketch,
        alpha=sketch.alpha[place],
        beta=sketch.beta[place],
        norm2=sketch.norm2[place],
        probe_ranges=(ProbeRange(0, start, stop),),
    )


def raw_moments(sketch):
    """Return every probe's moments without control variates, shape (probes, orders)."""
    return jacobi_chebyshev_moments(sketch.alpha, sketch.beta, 2 * sketch.num_steps)


@pytest.mark.parametrize("num_steps", [1, 2, 7, 30])
@pytest.mark.parametrize("excess", [0, 1, 2, 9])
def test_jacobi_moments_equal_dense_chebyshev_polynomials(num_steps, excess):
    random = np.random.default_rng(num_steps)
    # Rows of J sum to less than one in absolute value: its spectrum lies in [-1, 1].
    alpha, beta = random.uniform(-0.3, 0.3, (3, num_steps)), random.uniform(0.05, 0.35, (3, num_steps))
    order = 2 * num_steps + excess
    for index, row in enumerate(jacobi_chebyshev_moments(alpha, beta, order)):
        matrix = np.diag([*alpha[index], 0.0]) + np.diag(beta[index], 1) + np.diag(beta[index], -1)
        values, vectors = np.linalg.eigh(matrix)
        expected = chebyshev.chebvander(values, order).T @ vectors[0] ** 2
        np.testing.assert_allclose(row, expected, atol=ALGEBRA)


def test_jacobi_moments_of_order_zero_alone():
    moments = jacobi_chebyshev_moments(np.zeros((4, 3)), np.full((4, 3), 0.5), 0)
    np.testing.assert_array_equal(moments, np.ones((4, 1)))


def test_jacobi_moments_of_the_free_measure():
    # alpha = 0, beta = 1/2 is the Jacobi matrix of the semicircle law, whose moments are 1, 0, -1/2, 0, 0, ...
    moments = jacobi_chebyshev_moments(np.zeros((1, 20)), np.full((1, 20), 0.5), 40)
    np.testing.assert_allclose(moments[0], [1, 0, -0.5, *[0.0] * 38], atol=ALGEBRA)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
def test_unit_vectors_over_all_vertices_give_exact_traces(operator, weighted):
    graph = random_graph(70, 3.0, 9, weighted=weighted)
    target = graph_operator(graph, operator)
    product = target.product(20, np.float64)
    block = np.zeros((product.num_rows, 70))
    block[:70] = np.eye(70)
    jacobi = lanczos(product, block, 20)
    expected = chebyshev_means(eigenvalues(graph, operator), target.interval, 40)
    moments = jacobi_chebyshev_moments(jacobi.alpha, jacobi.beta, 40).mean(axis=0)
    np.testing.assert_allclose(moments, expected, atol=1e-9)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_moments_of_exact_sketches_equal_closed_forms(example, operator):
    sketch = graphspec.sketch(example.graph, operator=operator, num_moments=40)
    assert sketch.exact
    moments = spectrum_moments(sketch)
    np.testing.assert_allclose(
        moments.values, chebyshev_means(example.spectra[operator], sketch.interval, 40), atol=DENSE
    )
    assert not moments.sem.any()


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_atoms_and_remainder_add_up_to_the_spectrum(example, operator):
    sketch = graphspec.sketch(example.graph, operator=operator, num_moments=20)
    remainder, whole = remainder_moments(sketch), spectrum_moments(sketch)
    total = sketch.num_remaining * remainder.values + atom_moments(sketch, 20)
    np.testing.assert_allclose(total / sketch.dimension, whole.values, atol=ALGEBRA)
    assert whole.values[0] == pytest.approx(1.0, abs=ALGEBRA)
    assert remainder.values[0] == (1.0 if sketch.num_remaining else 0.0)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("mean_degree", [2.0, 4.0, 12.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["unweighted", "weighted"])
def test_moments_lie_within_the_closed_form_error(operator, mean_degree, weighted):
    graph = random_graph(400, mean_degree, 21, weighted=weighted)
    exact = chebyshev_means(eigenvalues(graph, operator), graph_operator(graph, operator).interval, 200)
    bound = np.sqrt(rademacher_variance_bound(exact, 400, 16))
    for structure in (True, False):
        sketch = graphspec.sketch(graph, operator=operator, num_probes=16, seed=3, structure=structure)
        estimate = spectrum_moments(sketch)
        # Projected and controlled estimates vary less than the bound, which is for plain ones.
        assert (np.abs(estimate.values - exact[:101]) < STATISTICAL * bound + SINGLE).all()


@pytest.mark.parametrize("example", [cycle(60), hypercube(6)], ids=lambda example: example.name)
def test_rademacher_bound_is_the_variance_on_vertex_transitive_graphs(example):
    count = 480
    sketch = graphspec.sketch(example.graph, num_moments=30, num_probes=count, seed=8, structure=False)
    exact = chebyshev_means(example.spectra["normalized"], sketch.interval, 60)
    expected = rademacher_variance_bound(exact, sketch.dimension, 1)[: sketch.num_steps]
    moments = raw_moments(sketch)[:, : sketch.num_steps]
    deviations = moments - moments.mean(axis=0)
    observed = (deviations**2).sum(axis=0) / (count - 1)
    # The variance of a sample variance is (kurtosis - 1) / count relative to its square, with the kurtosis observed.
    fourth = (deviations**4).mean(axis=0)
    spread = np.sqrt(np.maximum(fourth - observed**2, 0) / count)
    assert expected[2] > 0
    assert (np.abs(observed - expected) <= STATISTICAL * spread + SINGLE**2).all()


def test_rademacher_bound_is_above_the_variance_elsewhere():
    graph, count = random_graph(400, 4.0, 2), 480
    sketch = graphspec.sketch(graph, num_moments=30, num_probes=count, seed=8, structure=False)
    exact = chebyshev_means(eigenvalues(graph), sketch.interval, 60)
    bound = rademacher_variance_bound(exact, 400, 1)
    observed = raw_moments(sketch).var(axis=0, ddof=1)
    # A sample variance of 480 normal terms is off by 6.5 % (one standard deviation).
    assert (observed < bound * (1 + STATISTICAL * np.sqrt(2 / count)) + SINGLE**2).all()


def test_rademacher_bound_falls_with_probes_and_dimension():
    moments = chebyshev_means(cycle(12).spectra["normalized"], (0, 2), 10)
    assert rademacher_variance_bound(moments, 12, 1).shape == (6,)
    assert rademacher_variance_bound(moments, 12, 1)[0] == 0.0
    np.testing.assert_allclose(
        rademacher_variance_bound(moments, 24, 5), rademacher_variance_bound(moments, 12, 1) / 10
    )


@pytest.mark.parametrize("operator", OPERATORS)
def test_low_moments_are_exact_without_uncertainty(operator):
    graph = random_graph(400, 5.0, 4)
    sketch = graphspec.sketch(graph, operator=operator, num_moments=20, num_probes=4)
    assert not sketch.exact
    moments = spectrum_moments(sketch)
    known = len(sketch.low_moments)
    assert known >= 5
    expected = chebyshev_means(eigenvalues(graph, operator), sketch.interval, known - 1)
    np.testing.assert_allclose(moments.values[:known], expected, atol=ALGEBRA)
    assert not moments.sem[:known].any()
    assert moments.sem[known:].all()


@pytest.mark.parametrize("example", [complete(340), star(340)], ids=lambda example: example.name)
def test_controls_leave_nothing_uncertain_on_two_or_three_points(example):
    # Three points: T_0, T_1 and T_2 span all functions on them, and their moments are exact.
    sketch = graphspec.sketch(example.graph, num_moments=30, num_probes=4, structure=False)
    moments = spectrum_moments(sketch)
    expected = chebyshev_means(example.spectra["normalized"], sketch.interval, 30)
    np.testing.assert_allclose(moments.values, expected, atol=1e-4)
    # Without controls the standard error of T_2 is of the order 1 / sqrt(4 n) = 0.03.
    assert moments.sem.max() < 1e-4


def test_control_variates_do_not_raise_the_variance():
    graph, count, size = random_graph(400, 8.0, 13), 640, 16
    sketch = graphspec.sketch(graph, num_moments=30, num_probes=count, seed=2)
    groups = [subset(sketch, start, start + size) for start in range(0, count, size)]
    controlled = np.array([remainder_moments(group).values for group in groups])
    plain = np.array([np.average(raw_moments(group), axis=0, weights=group.norm2) for group in groups])
    # Coefficients from 16 noisy probes cost a few percent, and 40 groups are 22 % off (one standard deviation); but
    # both are computed from the same groups, so the ratio is far closer.
    assert (controlled.var(axis=0)[3:] <= 1.1 * plain.var(axis=0)[3:]).all()
    # They gain where it counts: T_3 follows T_1, T_4 follows T_2.
    assert controlled.var(axis=0)[4] < 0.8 * plain.var(axis=0)[4]


GROUP = 16

CONTROLLED = {
    # Spectra that are wide, narrow, of few points, and with hubs.
    "scale-free": Graph.from_networkx(nx.barabasi_albert_graph(500, 3, seed=1)),
    "clustered": Graph.from_networkx(nx.connected_caveman_graph(50, 10)),
    "dense": random_graph(500, 200.0, 1),
    "weighted": random_graph(500, 5.0, 1, weighted=True),
    "tree": Graph.from_networkx(nx.balanced_tree(3, 5)),
    "cycle": cycle(500).graph,
    "star": star(340).graph,
    "complete": complete(340).graph,
}


@pytest.mark.parametrize("operator", ["normalized", "combinatorial", "adjacency", "regularized"])
@pytest.mark.parametrize("graph", CONTROLLED.values(), ids=CONTROLLED)
@pytest.mark.parametrize("orders", [3, 4, 6, 8])
def test_more_control_variates_do_no_harm(graph, operator, orders):
    sketch = graphspec.sketch(graph, operator=operator, num_moments=40, num_probes=320, seed=2, structure=False)
    exact = chebyshev_means(eigenvalues(graph, operator), sketch.interval, 40)
    errors = []
    for known in (2, orders):
        groups = [subset(sketch, start, start + GROUP) for start in range(0, 320, GROUP)]
        groups = [replace(group, low_moments=exact[: known + 1]) for group in groups]
        values = np.array([remainder_moments(group).values for group in groups])
        errors.append(np.sqrt(((values - exact) ** 2).mean()))
    # The same probes twice: where controls gain nothing, the ratio is 1 up to the noise of their coefficients.
    assert errors[1] <= 1.03 * errors[0] + 1e-6


def test_controls_of_orders_3_and_4_gain_on_smooth_functions():
    graph = Graph.from_networkx(nx.powerlaw_cluster_graph(600, 4, 0.5, seed=3))
    sketch = graphspec.sketch(graph, num_moments=40, num_probes=64)
    # Coefficients of exp(-x) in Chebyshev polynomials of x - 1 fall with the factorial of the order.
    series = chebyshev.chebinterpolate(lambda x: np.exp(-1 - x), 40)
    sems = [
        standard_error(
            remainder_moments(replace(sketch, low_moments=sketch.low_moments[: orders + 1])).deviations @ series
        )
        for orders in (2, 3, 4)
    ]
    assert sems[1] < sems[0] / 4
    assert sems[2] < sems[1] / 4


def test_t_intervals_cover():
    network = nx.powerlaw_cluster_graph(400, 3, 0.4, seed=6)
    graph, size, repeats = Graph.from_networkx(network), 10, 200
    sketch = graphspec.sketch(graph, num_moments=40, num_probes=size * repeats, seed=17)
    first = len(sketch.low_moments)  # those before it are known exactly
    exact = chebyshev_means(eigenvalues(graph), sketch.interval, 40)[first:]
    quantile = t_quantile(size - 1, 0.95)
    covered = []
    for repeat in range(repeats):
        moments = spectrum_moments(subset(sketch, size * repeat, size * (repeat + 1)))
        covered.append(np.abs(moments.values[first:] - exact) <= quantile * moments.sem[first:])
    # 200 repeats of some 36 correlated moments: the share wanders by about 0.01, and skewed moments cost another.
    assert 0.92 <= np.mean(covered) <= 0.975


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 15, 16, 127, 4999])
@pytest.mark.parametrize("confidence", [0.1, 0.5, 0.95, 0.9999])
def test_t_quantile_bounds_the_confidence_level(freedom, confidence):
    # P(|T| > t) is an incomplete beta function (Abramowitz and Stegun 1964, 26.7.1).
    quantile = t_quantile(freedom, confidence)
    outside = special.betainc(freedom / 2, 0.5, freedom / (freedom + quantile**2))
    assert 1 - outside == pytest.approx(confidence, rel=1e-10)


def test_t_quantile_of_one_and_two_degrees_of_freedom():
    assert t_quantile(1, 0.9) == pytest.approx(np.tan(0.45 * np.pi), rel=1e-12)
    assert t_quantile(2, 0.9) == pytest.approx(0.9 * np.sqrt(2 / (1 - 0.9**2)), rel=1e-12)


def test_t_quantile_needs_a_degree_of_freedom():
    with pytest.raises(ValueError, match="at least one degree of freedom, not 0"):
        t_quantile(0, 0.95)


def test_sem_is_that_of_a_mean():
    sample = np.random.default_rng(0).standard_normal((9, 3))
    deviations = sample - sample.mean(axis=0)
    np.testing.assert_allclose(standard_error(deviations), sample.std(axis=0, ddof=1) / 3)
    np.testing.assert_allclose(Moments(np.zeros(3), deviations).sem, standard_error(deviations))


def test_deviations_add_up_to_nothing():
    sketch = graphspec.sketch(random_graph(400, 5.0, 4), num_moments=20, num_probes=8)
    np.testing.assert_allclose(spectrum_moments(sketch).deviations.sum(axis=0), 0.0, atol=ALGEBRA)


@pytest.mark.parametrize("num_moments", [0, 1, 2, 3, 11, 20])
@pytest.mark.parametrize("function", [remainder_moments, spectrum_moments])
def test_fewer_moments_are_the_first_of_more(function, num_moments):
    sketch = graphspec.sketch(random_graph(400, 5.0, 4), num_moments=20, num_probes=8)
    few, many = function(sketch, num_moments), function(sketch)
    assert few.values.shape == (num_moments + 1,)
    assert few.deviations.shape == (8, num_moments + 1)
    np.testing.assert_allclose(many.truncated(num_moments).values, many.values[: num_moments + 1])
    if num_moments >= 2:
        np.testing.assert_allclose(few.values, many.values[: num_moments + 1], atol=ALGEBRA)
        np.testing.assert_allclose(few.sem, many.sem[: num_moments + 1], atol=ALGEBRA)


@pytest.mark.parametrize("function", [remainder_moments, spectrum_moments])
def test_more_moments_than_the_sketch_holds_are_refused(function):
    sketch = graphspec.sketch(star(5).graph, num_moments=10)
    with pytest.raises(SketchError, match="the sketch holds 10 moments, not 11: make it with more"):
        function(sketch, 11)
