"""The pass: probes that add up, tolerances, threads, and graphs with nothing to sample."""

import numpy as np
import pytest
from sampled import OPTIONS, SAMPLED, SINGLE, STATISTICAL, assert_close_moments, assert_same_arrays
from scipy import sparse
from scipy.sparse.linalg import aslinearoperator
from spectra import (
    CASE_IDS,
    CASES,
    chebyshev_means,
    complete,
    cycle,
    eigenvalues,
    isolated,
    path,
    random_graph,
    star,
    union,
)

import graphspec
from graphspec import Sampling
from graphspec.operators.kinds import OPERATORS, graph_operator
from graphspec.sketches.lanczos_pass import moment_half_width, sample
from graphspec.sketches.moments import rademacher_variance_bound, spectrum_moments
from graphspec.sketches.preparation import prepare
from graphspec.sketches.probes import ProbeRange


def test_shapes_and_attributes():
    sketch = graphspec.sketch(SAMPLED, num_moments=41, num_probes=5, seed=9, first_probe=3)
    assert sketch.alpha.shape == sketch.beta.shape == (5, 21)
    assert (sketch.num_probes, sketch.num_steps, sketch.num_matvecs) == (5, 21, 105)
    assert sketch.probe_ranges == (ProbeRange(9, 3, 8),)
    assert (sketch.operator, sketch.interval, sketch.dimension) == ("normalized", (0.0, 2.0), 500)
    assert sketch.fingerprint == SAMPLED.fingerprint
    assert sketch.options == {"component": "all", "weighted": False, "structure": True}
    assert sketch.source.num_nodes == 500
    assert sketch.source.num_edges == SAMPLED.num_edges
    assert sketch.source.num_isolated == SAMPLED.num_isolated
    assert sketch.source.num_components == sketch.atoms[0].multiplicity
    assert sketch.num_moments == 41
    assert sketch.num_remaining == 500 - sum(atom.multiplicity for atom in sketch.atoms)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_same_seed_same_arrays_for_any_number_of_threads(threads):
    expected = graphspec.sketch(SAMPLED, num_probes=5, **OPTIONS)
    assert_same_arrays(graphspec.sketch(SAMPLED, num_probes=5, threads=threads, **OPTIONS), expected)


@pytest.mark.parametrize("change", [{"seed": 5}, {"first_probe": 1}])
def test_other_probes_give_other_arrays(change):
    first = graphspec.sketch(SAMPLED, num_probes=5, **OPTIONS)
    second = graphspec.sketch(SAMPLED, num_probes=5, **{**OPTIONS, **change})
    assert not np.array_equal(first.alpha, second.alpha)


def test_more_moments_extend_fewer():
    few = graphspec.sketch(SAMPLED, num_moments=20, num_probes=4, seed=4)
    many = graphspec.sketch(SAMPLED, num_moments=40, num_probes=4, seed=4)
    np.testing.assert_array_equal(many.alpha[:, :10], few.alpha)
    np.testing.assert_array_equal(many.beta[:, :10], few.beta)


@pytest.mark.parametrize("operator", OPERATORS)
def test_structure_changes_no_expectation(operator):
    graph = random_graph(500, 2.5, 5)
    exact = chebyshev_means(eigenvalues(graph, operator), graph_operator(graph, operator).interval, 80)
    bound = np.sqrt(rademacher_variance_bound(exact, 500, 24))
    for structure in (True, False):
        sketch = graphspec.sketch(graph, operator=operator, structure=structure, num_probes=24, **OPTIONS)
        assert not sketch.exact
        assert (np.abs(spectrum_moments(sketch).values - exact[:41]) < STATISTICAL * bound + SINGLE).all()
        assert bool(sketch.atoms) == structure


def test_structure_removes_uncertainty():
    # Half of the eigenvalues are zeros and twos of single edges.
    graph = union(*[path(2)] * 200, cycle(401)).graph
    plain, structured = (
        spectrum_moments(graphspec.sketch(graph, structure=structure, num_probes=8, **OPTIONS)).sem
        for structure in (False, True)
    )
    # Orders up to 8 are exact in both.
    assert structured[9:].mean() < 0.95 * plain[9:].mean()


@pytest.mark.parametrize("form", [sparse.csr_array.toarray, aslinearoperator], ids=["dense", "linear-operator"])
def test_matrices_without_a_graph(form):
    laplacian = graph_operator(SAMPLED, "combinatorial").matrix()
    sketch = graphspec.sketch(form(laplacian), num_probes=16, **OPTIONS)
    assert sketch.operator == "operator"
    assert sketch.fingerprint is None
    assert sketch.source.num_nodes is None
    exact = chebyshev_means(np.linalg.eigvalsh(laplacian.toarray()), sketch.interval, 80)
    bound = np.sqrt(rademacher_variance_bound(exact, 500, 16))
    assert (np.abs(spectrum_moments(sketch).values - exact[:41]) < STATISTICAL * bound + SINGLE).all()


def test_a_tolerance_adds_probes_until_it_holds():
    few = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    wanted = moment_half_width(few) / 5
    sketch = graphspec.sketch(SAMPLED, num_probes=4, tolerance=wanted, **OPTIONS)
    assert moment_half_width(sketch) <= wanted
    assert 4 < sketch.num_probes < 512
    assert sketch.probe_ranges == (ProbeRange(4, 0, sketch.num_probes),)
    # What was added is what would have been drawn at once.
    assert_close_moments(sketch, graphspec.sketch(SAMPLED, num_probes=sketch.num_probes, **OPTIONS))
    assert_same_arrays(sketch, graphspec.sketch(SAMPLED, num_probes=4, tolerance=wanted, **OPTIONS))


def test_a_tolerance_that_holds_already_adds_nothing():
    expected = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert_same_arrays(graphspec.sketch(SAMPLED, num_probes=4, tolerance=1.0, **OPTIONS), expected)


def test_a_tolerance_stops_at_the_most_probes():
    sketch = graphspec.sketch(SAMPLED, num_probes=4, tolerance=1e-6, max_probes=37, **OPTIONS)
    assert sketch.num_probes == 37
    assert moment_half_width(sketch) > 1e-6


def test_a_higher_confidence_needs_more_probes():
    counts = [
        graphspec.sketch(SAMPLED, num_probes=16, tolerance=0.01, confidence=confidence, **OPTIONS).num_probes
        for confidence in (0.5, 0.999)
    ]
    assert counts[0] < counts[1]


def test_half_width_grows_with_confidence():
    sketch = graphspec.sketch(SAMPLED, num_probes=4, **OPTIONS)
    assert 0 < moment_half_width(sketch, 0.5) < moment_half_width(sketch, 0.95) < moment_half_width(sketch, 0.999)


def test_a_goal_takes_the_place_of_the_moments():
    sampling = Sampling(num_probes=4, tolerance=1e-6, max_probes=24, **OPTIONS)
    prepared = prepare(SAMPLED, sampling)
    assert sample(prepared, sampling).num_probes == 24
    assert sample(prepared, sampling, excess=lambda _: 0.0).num_probes == 4
    assert sample(prepared, sampling, excess=lambda _: np.inf).num_probes == 4
    # A width that falls as it should: 1.1 times as many probes as its square, in whole blocks.
    halved = sample(prepared, sampling, excess=lambda sketch: np.sqrt(12 / sketch.num_probes))
    assert halved.num_probes == 16


def test_a_goal_without_a_tolerance_adds_nothing():
    sampling = Sampling(num_probes=4, **OPTIONS)
    assert sample(prepare(SAMPLED, sampling), sampling, excess=lambda _: 4.0).num_probes == 4


@pytest.mark.parametrize("tolerance", [None, 0.005])
def test_progress_ends_with_all_products(tolerance):
    calls = []
    sketch = graphspec.sketch(
        SAMPLED, num_probes=20, tolerance=tolerance, progress=lambda *call: calls.append(call), **OPTIONS
    )
    done = [call[0] for call in calls]
    assert done == sorted(done)
    assert all(call[0] <= call[1] for call in calls)
    assert calls[-1] == (sketch.num_matvecs, sketch.num_matvecs)


@pytest.mark.parametrize("num_edges", [0, 1])
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("structure", [True, False], ids=["structure", "plain"])
def test_the_smallest_graphs(num_edges, operator, structure):
    graph = (isolated(1) if num_edges == 0 else path(2)).graph
    sketch = graphspec.sketch(graph, operator=operator, structure=structure, num_moments=10, num_probes=3)
    moments = spectrum_moments(sketch)
    expected = chebyshev_means(eigenvalues(graph, operator), sketch.interval, 10)
    np.testing.assert_allclose(moments.values, expected, atol=SINGLE)
    np.testing.assert_allclose(moments.sem, 0.0, atol=SINGLE)


@pytest.mark.parametrize("structure", [True, False], ids=["structure", "plain"])
@pytest.mark.parametrize("operator", OPERATORS)
def test_edgeless_graphs(operator, structure):
    sketch = graphspec.sketch(isolated(400).graph, operator=operator, structure=structure, num_moments=10)
    # The largest component is taken out by its null vector alone.
    assert sketch.num_remaining == (400 if not structure else 1 if operator == "regularized" else 0)
    eigenvalue = 1.0 if operator == "regularized" else 0.0
    expected = chebyshev_means(np.full(400, eigenvalue), sketch.interval, 10)
    moments = spectrum_moments(sketch)
    np.testing.assert_allclose(moments.values, expected, atol=SINGLE)
    np.testing.assert_allclose(moments.sem, 0.0, atol=SINGLE)


@pytest.mark.parametrize(("example", "operator"), CASES, ids=CASE_IDS)
def test_small_graphs_are_dense_and_certain(example, operator):
    sketch = graphspec.sketch(example.graph, operator=operator, num_moments=20, num_probes=3)
    assert sketch.exact
    assert sketch.num_matvecs == 0
    assert sketch.num_probes == 3
    assert not spectrum_moments(sketch).sem.any()


@pytest.mark.parametrize("example", [complete(320), star(320)], ids=lambda example: example.name)
def test_breakdown_leaves_finite_coefficients(example):
    sketch = graphspec.sketch(example.graph, num_moments=60, num_probes=3, structure=False)
    assert not sketch.exact
    assert np.isfinite(sketch.alpha).all()
    assert np.isfinite(sketch.beta).all()
