"""What every method must satisfy, in one suite; then what each promises beyond that."""

from dataclasses import replace
from functools import cache

import networkx as nx
import numpy as np
import pytest
from scipy import special
from spectra import chebyshev_means, complete, cycle, eigenvalues, grid, isolated, path, random_graph, union, w1

import graphspec
from graphspec.densities.kpm import jackson_damping
from graphspec.densities.lanczos import LanczosPart
from graphspec.densities.methods import EXACT_LIMIT, METHODS, density, exact_density
from graphspec.errors import ParameterError, SketchError
from graphspec.graphs.graph import Graph
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.sketches.moments import rademacher_variance_bound, spectrum_moments
from graphspec.sketches.preparation import prepare
from graphspec.sketches.probes import ProbeRange
from graphspec.sketches.sampling import Sampling

ROUNDING = 1e-9  # float64 sums over some thousand points
STATISTICAL = 4.5  # standard deviations by the closed form, with fixed seeds
NUM_MOMENTS = 60
SAMPLING_METHODS = tuple(method for method in METHODS if method != "exact")

GRAPHS = {
    "random": random_graph(500, 6.0, 31),
    "random-weighted": random_graph(400, 5.0, 32, weighted=True),
    "disconnected": union(*[path(2)] * 20, isolated(7), cycle(330)).graph,
    "preferential": Graph.from_networkx(nx.barabasi_albert_graph(400, 2, seed=5)),
    "grid": grid(12, 13).graph,
    "union": union(complete(9), path(12), isolated(3)).graph,
    "edgeless": isolated(5).graph,
}
SMOOTH = ("random", "random-weighted", "disconnected", "preferential", "grid")
"""Those whose continuous part is no sum of a few atoms, so that a drawing of it shows its mass."""


@cache
def spectrum_of(name, operator="normalized"):
    return eigenvalues(GRAPHS[name], operator)


@cache
def sketch_of(name, operator="normalized"):
    return graphspec.sketch(GRAPHS[name], operator=operator, num_moments=NUM_MOMENTS, seed=6)


@cache
def density_of(name, method, operator="normalized", confidence=0.95):
    source = GRAPHS[name] if method == "exact" else sketch_of(name, operator)
    options = {"operator": operator, "num_moments": NUM_MOMENTS} if method == "exact" else {}
    return density(source, method, confidence=confidence, **options)


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


@pytest.fixture(params=GRAPHS)
def name(request):
    return request.param


@pytest.fixture
def estimated(name, method):
    return density_of(name, method)


def statistical_error(name, num_moments, operator="normalized"):
    """Return what moments of plain probes may be off by."""
    exact = chebyshev_means(
        spectrum_of(name, operator), graph_operator(GRAPHS[name], operator).interval, 2 * num_moments
    )
    bound = rademacher_variance_bound(exact, GRAPHS[name].num_nodes, 16)
    return STATISTICAL * np.sqrt(np.maximum(bound, 0))


def subset(sketch, start, stop):
    """Return the sketch of some of the probes, as if no others had been drawn."""
    place = slice(start, stop)
    arrays = {key: getattr(sketch, key)[place] for key in ("alpha", "beta", "norm2")}
    return replace(sketch, probe_ranges=(ProbeRange(0, start, stop),), **arrays)


def test_description(estimated, name, method):
    assert estimated.method == method
    assert estimated.dimension == GRAPHS[name].num_nodes
    assert estimated.num_moments == NUM_MOMENTS
    assert estimated.confidence == 0.95
    assert estimated.solver.converged
    assert (estimated.interval, estimated.atoms) == (sketch_of(name).interval, sketch_of(name).atoms)


def test_all_eigenvalues_lie_at_or_below_the_right_end(estimated):
    low, high = estimated.interval
    for point in (high, high + 1):
        count = estimated.count(point)
        assert float(count) == pytest.approx(estimated.dimension, abs=ROUNDING)
        assert (float(count.low), float(count.high)) == pytest.approx([estimated.dimension] * 2, abs=ROUNDING)
    assert float(estimated.count(low - 1)) == 0.0


def test_count_does_not_decrease(estimated, method):
    counts = estimated.count(estimated.grid(2001)).value
    # Control variates may move the moments of a few probes a little outside those of any measure: a damped series
    # then dips below zero by a trace.
    allowed = 1e-3 * estimated.dimension if method == "kpm" else ROUNDING
    assert (np.diff(counts) >= -allowed).all()
    assert (counts >= 0).all()
    assert (counts <= estimated.dimension + ROUNDING).all()


def test_count_includes_an_atom_at_the_atom(estimated):
    cell = 1e-6
    for atom in estimated.atoms:
        below, at = estimated.count(np.array([atom.eigenvalue - cell, atom.eigenvalue])).value
        assert at - below >= atom.multiplicity - ROUNDING


def test_estimates_lie_within_their_intervals(estimated):
    points = estimated.grid(301)
    estimates = [
        estimated.count(points),
        estimated.density(points),
        estimated.quantile(np.linspace(0, 1, 51)),
        estimated.moments(20),
        estimated.integrate(np.exp),
    ]
    for estimate in estimates:
        assert np.isfinite(estimate.value).all()
        assert (estimate.sem >= 0).all()
        assert (estimate.low <= estimate.value + ROUNDING).all()
        assert (estimate.value <= estimate.high + ROUNDING).all()
        assert estimate.value.shape == estimate.low.shape == estimate.high.shape == estimate.sem.shape


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3)])
def test_shapes_follow_the_points(estimated, shape):
    low, high = estimated.interval
    points = np.full(shape, low + 0.37 * (high - low))
    assert estimated.count(points).value.shape == shape
    assert estimated.density(points).value.shape == shape
    assert estimated.quantile(np.full(shape, 0.4)).value.shape == shape
    first = estimated.count(points).value.ravel()[0]
    np.testing.assert_allclose(estimated.count(points).value, first)


def test_density_is_not_negative_and_nothing_lies_outside(estimated):
    low, high = estimated.interval
    result = estimated.density(estimated.grid(2001))
    assert (result.value >= 0).all()
    assert (result.low >= 0).all()
    assert not estimated.density(np.array([low - 0.1, high + 0.1])).value.any()


@pytest.mark.parametrize("name", SMOOTH, indirect=True)
def test_density_integrates_to_the_continuous_share(estimated, method):
    points = estimated.grid(20_001)
    # The drawing cuts the singularity at the ends off, half a resolution wide; MaxEnt has none.
    tolerance = 1e-4 if method == "maxent" else 0.02
    mass = np.trapezoid(estimated.density(points).value, points)
    assert mass == pytest.approx(estimated.continuous_share, abs=tolerance)


def test_constants_integrate_to_one(estimated):
    one = estimated.integrate(np.ones_like)
    assert float(one) == pytest.approx(1.0, abs=1e-7)
    assert float(one.sem) == pytest.approx(0.0, abs=1e-7)


def test_the_mean_is_the_trace(estimated, name, method):
    expected = graph_operator(GRAPHS[name]).matrix().diagonal().mean()
    # Gauss rules use no control variates; the multiplier of a moment that is known exactly costs it the ridge.
    tolerance = {"maxent": 1e-4, "lanczos": statistical_error(name, 2)[1] + 1e-6}.get(method, 1e-6)
    assert float(estimated.integrate(lambda value: value)) == pytest.approx(expected, abs=tolerance)


def test_integrals_of_several_functions_at_once(estimated):
    both = estimated.integrate(lambda value: np.stack([np.sin(value), value**2], axis=-1))
    assert both.value.shape == (2,)
    assert both.value[0] == pytest.approx(float(estimated.integrate(np.sin)))
    assert both.value[1] == pytest.approx(float(estimated.integrate(np.square)))


def test_integrals_agree_with_the_eigenvalues(estimated, name, method):
    exact = np.exp(-spectrum_of(name)).mean()
    # exp(-x) on [0, 2] is a series in T_k with coefficients of sum below one.
    tolerance = ROUNDING if method == "exact" else statistical_error(name, 10).max() + 1e-4
    assert float(estimated.integrate(lambda value: np.exp(-value))) == pytest.approx(exact, abs=tolerance)


@pytest.mark.parametrize("probability", [0.0, 0.03, 0.25, 0.5, 0.8, 0.97, 1.0])
def test_quantile_inverts_count(estimated, probability):
    low, high = estimated.interval
    quantile = float(estimated.quantile(probability))
    cell = 1.01 * (high - low) / 8000
    wanted = probability * estimated.dimension
    assert low <= quantile <= high
    slack = 1e-3 * estimated.dimension
    assert float(estimated.count(quantile + cell)) >= wanted - slack
    assert float(estimated.count(quantile - cell)) <= wanted + slack


def test_quantiles_do_not_decrease(estimated):
    assert (np.diff(estimated.quantile(np.linspace(0, 1, 101)).value) >= 0).all()


def test_moments_are_those_of_the_sketch(estimated, name, method):
    order = NUM_MOMENTS - 1  # a Gauss rule of m nodes is exact to order 2 m - 1
    expected = spectrum_moments(sketch_of(name))
    found = estimated.moments(order).value
    if method == "exact":
        expected = chebyshev_means(spectrum_of(name), estimated.interval, order)
        np.testing.assert_allclose(found, expected, atol=1e-7)
    elif method == "kpm":
        np.testing.assert_allclose(found, expected.values[: order + 1], atol=1e-9)
    elif method == "lanczos":
        # Without control variates, so only as close as plain probes are.
        np.testing.assert_allclose(
            found - expected.values[: order + 1], 0, atol=statistical_error(name, order).max() + 1e-6
        )
    else:
        assert (np.abs(found - expected.values[: order + 1]) <= 3 * expected.sem[: order + 1] + 1e-3).all()


def test_confidence_widens_intervals(name, method):
    narrow, wide = (density_of(name, method, confidence=confidence) for confidence in (0.5, 0.99))
    points = narrow.grid(101)
    for quantity in ("count", "density"):
        first, second = getattr(narrow, quantity)(points), getattr(wide, quantity)(points)
        assert (second.high - second.low >= first.high - first.low - ROUNDING).all()
        np.testing.assert_array_equal(first.value, second.value)
        if sketch_of(name).num_matvecs and method != "exact":
            assert (second.high - second.low).sum() > 1.01 * (first.high - first.low).sum()


def test_a_density_is_close_to_the_eigenvalues(estimated, name, method):
    # The resolution is pi / 60 of the half width; the exact one is off by cells of the comparison alone.
    limit = 1e-3 if method == "exact" else 0.03
    assert w1(estimated, spectrum_of(name)) < limit


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", ["random", "random-weighted", "preferential"], indirect=True)
def test_quantiles_are_on_the_scale_of_the_operator(method, name, operator):
    estimated = density_of(name, method, operator)
    probabilities = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    exact = np.quantile(spectrum_of(name, operator), probabilities)
    low, high = estimated.interval
    # Two percent of the interval: resolution and noise.
    np.testing.assert_allclose(estimated.quantile(probabilities).value, exact, atol=0.02 * (high - low))


@pytest.mark.parametrize("operator", OPERATORS)
def test_maxent_and_kpm_reproduce_the_trace_of_every_operator(operator):
    expected = graph_operator(GRAPHS["random"], operator).matrix().diagonal().mean()
    for method in ("maxent", "kpm"):
        estimated = density_of("random", method, operator)
        half_width = (estimated.interval[1] - estimated.interval[0]) / 2
        assert float(estimated.integrate(lambda value: value)) == pytest.approx(expected, abs=1e-4 * half_width)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
@pytest.mark.parametrize("operator", ["combinatorial", "adjacency"])
def test_densities_converge_with_the_order(method, operator):
    example = grid(14, 17)
    exact = example.spectra[operator]
    width = np.ptp(graph_operator(example.graph, operator).interval)
    # Dense, so nothing is sampled: what is left is the error of the order alone.
    distances = [
        w1(density(example.graph, method, num_moments=order, operator=operator), exact) / width
        for order in (4, 16, 64, 128)
    ]
    assert (np.diff(distances) < 0).all()
    # A Gauss rule is a step function of half as many steps, off by the quarter of one on average.
    assert distances[-1] < (1 / 128 if method == "lanczos" else 1 / 400)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
def test_intervals_of_counts_cover(method):
    size, repeats = 10, 40
    graph = GRAPHS["random"]
    sketch = graphspec.sketch(graph, num_moments=NUM_MOMENTS, num_probes=size * repeats, seed=19)
    points = np.array([0.3, 0.45, 0.6, 0.8, 0.95, 1.05, 1.2, 1.4, 1.6])
    exact = np.searchsorted(spectrum_of("random"), points, side="right")
    covered = []
    for start in range(0, size * repeats, size):
        count = density(subset(sketch, start, start + size), method).count(points)
        covered.append((count.low <= exact) & (exact <= count.high))
    # 95 % is aimed at; 40 repeats of nine correlated counts wander by a few percent.
    assert np.mean(covered) >= 0.85


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


def test_jackson_damping():
    damping = jackson_damping(30)
    assert damping[0] == pytest.approx(1.0)
    assert (np.diff(damping) < 0).all()
    assert damping[-1] > 0
    # A damped delta function is not negative and of standard deviation pi / (m + 2) in the angle.
    angles = np.linspace(0, np.pi, 2001)
    kernel = damping @ (np.where(np.arange(31), 2.0, 1.0)[:, None] * np.cos(np.arange(31)[:, None] * angles))
    assert kernel.min() > -1e-12


def test_exact_counts_are_the_eigenvalues(name):
    estimated = density_of(name, "exact")
    exact = spectrum_of(name)
    gaps = np.flatnonzero(np.diff(exact) > 1e-4)
    points = (exact[gaps] + exact[gaps + 1]) / 2
    result = estimated.count(points)
    np.testing.assert_allclose(result.value, gaps + 1, atol=ROUNDING)
    assert not result.sem.any()
    np.testing.assert_allclose(result.low, result.high)


def test_exact_does_without_structure():
    graph = union(path(3), cycle(5)).graph
    points = np.linspace(0.05, 1.95, 39)
    expected = density(graph, "exact").count(points).value
    np.testing.assert_allclose(density(graph, "exact", structure=False).count(points).value, expected)


def test_exact_of_a_matrix_and_of_a_component():
    graph = union(path(3), cycle(6)).graph
    matrix = graph_operator(graph, "combinatorial").matrix().toarray()
    assert float(density(matrix, "exact").count(2.5)) == 5
    assert float(density(graph, "exact", component="largest", operator="combinatorial").count(2.5)) == 3


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_edgeless_graphs_are_all_atom(method, operator):
    estimated = density(isolated(6).graph, method, operator=operator)
    low, high = estimated.interval
    assert estimated.continuous_share == 0.0
    assert estimated.solver.converged
    assert estimated.solver.iterations == 0
    assert not estimated.density(estimated.grid(11)).value.any()
    assert estimated.count(np.array([-0.5, 0.0, high])).value.tolist() == [0.0, 6.0, 6.0]
    np.testing.assert_allclose(estimated.quantile([0.1, 0.9]).value, 0.0, atol=1e-9)
    assert float(estimated.integrate(lambda value: value + 3)) == pytest.approx(3.0)
    np.testing.assert_allclose(estimated.moments(4).value, chebyshev_means([0.0], (low, high), 4), atol=ROUNDING)


def test_one_half_of_the_eigenvalues_are_atoms():
    graph = union(*[path(2)] * 50, cycle(102)).graph
    estimated = density(graph)
    assert estimated.continuous_share == pytest.approx(100 / 202)
    below, at = estimated.count(np.array([2 - 1e-6, 2.0])).value
    assert at - below == pytest.approx(51, abs=1e-2)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
def test_a_graph_is_sketched_with_the_options(method):
    graph = GRAPHS["random"]
    options = {"num_probes": 5, "seed": 3, "operator": "adjacency", "structure": False}
    direct = density(graph, method, num_moments=20, **options)
    sketched = density(graphspec.sketch(graph, num_moments=20, **options), method)
    points = direct.grid(51)
    assert direct.num_moments == sketched.num_moments == 20
    np.testing.assert_array_equal(direct.count(points).high, sketched.count(points).high)


@pytest.mark.parametrize("method", SAMPLING_METHODS)
def test_fewer_moments_can_be_asked_for(method):
    few = density(sketch_of("random"), method, num_moments=20)
    many = density(sketch_of("random"), method)
    expected = density(graphspec.sketch(GRAPHS["random"], num_moments=20, seed=6), method)
    points = few.grid(51)
    assert (few.num_moments, many.num_moments) == (20, NUM_MOMENTS)
    # Control variates of the highest two orders use moments beyond them, which the smaller sketch only approximates.
    np.testing.assert_allclose(few.count(points).value, expected.count(points).value, atol=1e-4 * few.dimension)
    assert np.abs(few.count(points).value - many.count(points).value).max() > 0.1


def test_estimates_convert_to_numbers():
    count = density_of("random", "maxent").count(1.0)
    assert isinstance(float(count), float)
    with pytest.raises(TypeError, match="only"):
        float(density_of("random", "maxent").count([0.5, 1.0]))


def test_intervals_of_moments_are_t_intervals():
    estimate = density_of("random", "kpm").moments(10)
    sem = spectrum_moments(sketch_of("random")).sem[:11]
    np.testing.assert_allclose(estimate.sem, sem, atol=1e-9)
    width = special.stdtrit(15, 0.975) * sem
    # T_0 to T_10 are of lower order than the estimate: nothing is added for its truncation.
    np.testing.assert_allclose(estimate.high - estimate.low, 2 * width, atol=1e-8)


def test_unknown_methods_are_refused():
    with pytest.raises(ParameterError, match="unknown method 'slq': choose one of maxent, lanczos, kpm, exact"):
        density(sketch_of("random"), "slq")


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, 95, float("nan")])
def test_confidence_out_of_range_is_refused(confidence):
    with pytest.raises(ParameterError, match="the confidence level must lie between 0 and 1"):
        density(sketch_of("random"), confidence=confidence)


def test_a_sketch_has_no_exact_density():
    with pytest.raises(SketchError, match="a sketch holds no matrix, so method exact needs the graph itself"):
        density(sketch_of("random"), "exact")


@pytest.mark.parametrize("method", SAMPLING_METHODS)
@pytest.mark.parametrize("order", [NUM_MOMENTS + 1, 0, -3])
def test_moments_that_the_sketch_does_not_hold_are_refused(method, order):
    with pytest.raises(SketchError, match=f"the sketch holds 60 moments, not {order}: make it with more"):
        density(sketch_of("random"), method, num_moments=order)


def test_too_many_eigenvalues_for_exact_are_refused():
    graph = isolated(EXACT_LIMIT + 1).graph
    with pytest.raises(ParameterError, match=r"10001 eigenvalues are too many for method exact \(at most 10000\)"):
        exact_density(prepare(graph, Sampling()))


def test_probes_that_vanish_on_the_remainder_are_noticed():
    sketch = sketch_of("random")
    empty = replace(sketch, norm2=np.zeros_like(sketch.norm2))
    with np.errstate(invalid="ignore", divide="ignore"), pytest.raises(SketchError, match="all probes vanish"):
        density(empty)


@pytest.mark.parametrize("method", ["maxent", "kpm", "lanczos"])
@pytest.mark.parametrize(
    ("network", "point"),
    [
        (nx.star_graph(1000), 1.0),
        (nx.star_graph(200), 1.0),
        (nx.balanced_tree(3, 6), 1.0),
        (nx.karate_club_graph(), 1.0),
        (nx.disjoint_union_all([nx.gnm_random_graph(60, 300, seed=k) for k in range(10)]), 0.0),
    ],
    ids=["star-1000", "star-200", "tree", "karate", "hidden-components"],
)
def test_counts_at_an_unknown_atom_say_how_little_is_known(method, network, point):
    graph = Graph.from_networkx(network)
    truth = np.count_nonzero(eigenvalues(graph) <= point + 1e-9)
    hidden = graphspec.sketch(graph, structure=point != 0.0)
    count = density(hidden, method).count(point)
    if method == "kpm" and graph.num_nodes in (34, 1093):
        pytest.skip("the kernel is wider than the distances between the eigenvalues")
    slack = 0.5 + 0.003 * graph.num_nodes * (method == "kpm")  # tails of the kernel
    assert count.low - slack <= truth <= count.high + slack


@pytest.mark.parametrize("method", ["maxent", "kpm", "lanczos"])
def test_one_moment_says_little_and_says_so(method):
    graph = random_graph(400, 6.0, 8)
    count = density(graphspec.sketch(graph, num_moments=1), method).count(0.4)
    truth = np.count_nonzero(eigenvalues(graph) <= 0.4)
    assert count.low <= truth <= count.high


@pytest.mark.parametrize("probability", [-0.1, 1.5, np.nan])
def test_quantiles_of_no_share_are_refused(probability):
    with pytest.raises(ParameterError, match="quantiles are of shares between 0 and 1"):
        density(graphspec.sketch(random_graph(50, 4.0, 1))).quantile(probability)


@pytest.mark.parametrize("method", ["exact", "lanczos"])
def test_quantiles_of_step_functions_are_eigenvalues(method):
    graph = Graph.from_networkx(nx.cycle_graph(6))
    found = density(graph, method).quantile([0.2, 0.6, 0.95]).value
    np.testing.assert_allclose(found, [0.5, 1.5, 2.0], atol=1e-6)


def test_a_constant_can_be_integrated():
    assert float(density(graphspec.sketch(random_graph(50, 4.0, 1))).integrate(lambda _: 3.0)) == pytest.approx(3.0)


def test_a_sketch_takes_no_options_of_a_sketch():
    sketch = graphspec.sketch(random_graph(50, 4.0, 1))
    with pytest.raises(ParameterError, match="a sketch is made already: it takes no num_probes"):
        density(sketch, num_probes=3)
