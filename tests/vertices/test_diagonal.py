"""Diagonals of functions: dense solvers, closed forms, exact parts, coverage of the intervals, and every option."""

import csv
import io
import json

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.cli import run
from graphspec.errors import GraphspecError, ParameterError
from graphspec.operators import graph_operator
from graphspec.sketches import Sampling
from graphspec.vertices import DiagonalSettings, diagonal_of

TIMES = np.array([0.1, 1.0, 10.0])


def heat(x):
    return np.exp(-np.multiply.outer(x, TIMES))


def dense(operator, functions):
    values, vectors = np.linalg.eigh(operator.matrix().toarray())
    return vectors**2 @ functions(np.clip(values, *operator.interval))


def operator_of(graph, kind="normalized"):
    return graph_operator(graphspec.Graph.from_networkx(graph), kind)


LARGE = nx.barabasi_albert_graph(900, 3, seed=1)
PIECES = nx.disjoint_union_all([LARGE, nx.cycle_graph(7), nx.cycle_graph(7), nx.star_graph(4), nx.empty_graph(2)])
TWINS = nx.Graph(LARGE)
TWINS.add_edges_from((900 + number, number % 50) for number in range(200))


@pytest.mark.parametrize("kind", ["normalized", "combinatorial", "regularized", "natural"])
@pytest.mark.parametrize("graph", [nx.star_graph(5), nx.empty_graph(3), PIECES.subgraph(range(900, 921))])
def test_small_graphs_are_exact(graph, kind):
    operator = operator_of(nx.convert_node_labels_to_integers(graph), kind)
    found = diagonal_of(operator, heat)
    np.testing.assert_allclose(found.value, dense(operator, heat), atol=1e-12)
    assert found.num_probes == 0
    assert not found.sem.any()
    assert np.array_equal(found.low, found.high)


def test_intervals_cover_as_often_as_they_say():
    operator = operator_of(LARGE)
    truth, covered = dense(operator, heat), []
    for seed in range(5):
        found = diagonal_of(operator, heat, Sampling(num_probes=32, seed=seed))
        covered.append((found.low <= truth) & (truth <= found.high))
    shares = np.mean(covered, axis=(0, 1))
    assert (shares > 0.93).all()
    assert (shares[1:] < 0.98).all()  # at the first time what is left is rounding


def test_polynomials_of_known_diagonals_have_hardly_an_error():
    operator = operator_of(LARGE)
    steps = np.arange(4)
    found = diagonal_of(operator, lambda x: (1 - x)[:, None] ** steps)
    np.testing.assert_allclose(found.value, dense(operator, lambda x: (1 - x)[:, None] ** steps), atol=1e-5)


def test_errors_fall_with_the_square_root_of_the_probes():
    operator = operator_of(LARGE)
    few, many = (diagonal_of(operator, heat, Sampling(num_probes=number)).sem for number in (128, 2048))
    np.testing.assert_allclose(np.median(few / many, axis=0), 4.0, rtol=0.15)


def test_twins_and_small_components_beside_a_large_one():
    for graph, exact in ((PIECES, slice(900, None)), (TWINS, slice(0, 0))):
        operator = operator_of(graph)
        found, truth = diagonal_of(operator, heat, Sampling(num_probes=64)), dense(operator, heat)
        assert np.abs(found.value - truth)[:, 1].max() < 0.02
        np.testing.assert_allclose(found.value[exact], truth[exact], atol=1e-12)
        assert (np.abs(found.value - truth) < 6 * found.sem + 1e-5).all()


def test_classes_of_twins_that_are_few_are_exact():
    operator = operator_of(nx.star_graph(3000))
    found = diagonal_of(operator, heat)
    # Eigenvalues of a star are 0, 1 and 2.
    centre = (1 + np.exp(-2 * TIMES)) / 2
    leaf = np.exp(-TIMES) + (1 + np.exp(-2 * TIMES) - 2 * np.exp(-TIMES)) / 6000
    np.testing.assert_allclose(found.value[:2], [centre, leaf], atol=1e-12)
    assert found.num_probes == 0


def test_deflation_pays_at_long_times():
    operator = operator_of(nx.planted_partition_graph(10, 90, 0.2, 0.001, seed=1))
    truth = dense(operator, heat)
    plain, deflated = (diagonal_of(operator, heat, settings=DiagonalSettings(deflate=number)) for number in (0, 10))
    assert np.median(deflated.sem[:, 2]) < 0.5 * np.median(plain.sem[:, 2])
    assert (np.abs(deflated.value - truth) < 6 * deflated.sem + 1e-5).all()


def test_what_is_known_of_an_eigenspace_bounds_the_values():
    operator = operator_of(LARGE)
    found = diagonal_of(operator, lambda x: np.exp(-200 * x)[:, None], Sampling(num_probes=8))
    degrees = np.array([degree for _, degree in LARGE.degree])
    share = degrees / degrees.sum()  # of the null vector, which is all that is left after a long time
    assert (found.low[:, 0] >= share * (1 - 1e-9)).all()
    np.testing.assert_allclose(found.value[:, 0], share, rtol=0.05)


def test_a_tolerance_adds_probes():
    operator = operator_of(LARGE)
    found = diagonal_of(operator, heat, Sampling(num_probes=16, tolerance=0.05, max_probes=4096))
    assert found.num_probes > 16
    half = (found.high - found.low) / 2 / found.value
    assert np.quantile(half, 0.95, axis=0).max() <= 0.05
    assert diagonal_of(operator, heat, Sampling(num_probes=16, tolerance=1e-9, max_probes=40)).num_probes == 40


def test_threads_do_not_change_a_bit_and_the_seed_does():
    operator = operator_of(LARGE)
    one, two, other = (
        diagonal_of(operator, heat, Sampling(seed=s, threads=t, num_probes=40)).value
        for s, t in ((0, 1), (0, 2), (1, 2))
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_many_functions_go_in_groups():
    operator, times = operator_of(LARGE), np.geomspace(0.1, 5, 11)
    found = diagonal_of(operator, lambda x: np.exp(-np.multiply.outer(x, times)))
    one = diagonal_of(operator, lambda x: np.exp(-np.multiply.outer(x, times[10:])))
    np.testing.assert_allclose(found.value[:, 10], one.value[:, 0], rtol=1e-5)


def test_subgraph_centrality_of_a_graph_whose_exponentials_are_huge():
    found = graphspec.vertex_values(LARGE, "subgraph", num_probes=64)
    expected = nx.subgraph_centrality(LARGE)
    truth = np.array([expected[node] for node in LARGE])
    assert (found.low[:, 0] <= truth * (1 + 1e-9)).mean() > 0.9
    top = np.argsort(-truth)[:20]
    np.testing.assert_allclose(found.value[top, 0], truth[top], rtol=0.02)
    assert (found.value > 0).all()


def test_a_degree_that_is_too_low_widens_the_intervals():
    operator = operator_of(LARGE)

    def root(x):
        return np.sqrt(x)[:, None]

    truth = dense(operator, root)
    short, long = (diagonal_of(operator, root, settings=DiagonalSettings(max_degree=degree)) for degree in (5, 500))
    assert short.degree == 5
    assert ((short.low <= truth) & (truth <= short.high)).mean() > 0.95
    assert np.median(short.high - short.low) > 2 * np.median(long.high - long.low)


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (nx.path_graph(3), {"function": "log(x)"}, r"log\(x\) is not finite at 0"),
        (nx.path_graph(3), {"function": "1 / (x - 0.5)**0.5"}, "is not "),
        (nx.path_graph(3), {"function": "heats"}, "there is no function 'heats' of vertices"),
        (nx.path_graph(3), {"function": "return", "operator": "adjacency"}, "is of the operator normalized"),
        (nx.path_graph(3), {"function": "return", "times": (1.0,)}, "`times` is for `function` heat"),
        (nx.path_graph(3), {"steps": (1,)}, "`steps` is for `function` return"),
        (nx.path_graph(3), {"times": (-1.0,)}, "`times` must be increasing positive numbers"),
        (nx.empty_graph(0), {}, "without vertices"),
        (np.eye(3), {}, "numbers of vertices need a graph"),
    ],
)
def test_errors_name_what_is_wrong(source, options, message):
    with pytest.raises(GraphspecError, match=message):
        graphspec.vertex_values(source, **options)


def test_options_reach_the_estimate():
    plain = graphspec.vertex_values(PIECES, times=(1.0,))
    assert graphspec.vertex_values(PIECES, times=(2.0,)).value[0, 0] < plain.value[0, 0]
    assert graphspec.vertex_values(PIECES, component="largest", times=(1.0,)).value.shape == (900, 1)
    assert graphspec.vertex_values(PIECES, times=(1.0,), operator="combinatorial").value[0, 0] < plain.value[0, 0]
    wide = graphspec.vertex_values(PIECES, times=(1.0,), confidence=0.999)
    assert (wide.high - wide.low)[0, 0] > (plain.high - plain.low)[0, 0]
    taus = (graphspec.vertex_values(LARGE, times=(1.0,), operator="regularized", tau=tau) for tau in (1.0, 50.0))
    assert next(taus).value[0, 0] != next(taus).value[0, 0]
    assert graphspec.vertex_values(PIECES, "x", operator="combinatorial", max_products=1).degree == 1
    with pytest.raises(ParameterError, match="max_products"):
        graphspec.vertex_values(PIECES, max_products=0)


@pytest.fixture
def edges(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("".join(f"v{a} v{b}\n" for a, b in nx.karate_club_graph().edges))
    return str(path)


def test_rows_and_records(edges, capsys):
    assert run(["vertices", edges, "--times", "1,2", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    found = graphspec.vertex_values(edges, times=(1.0, 2.0))
    assert [row["vertex"] for row in rows] == graphspec.read_edges(edges).ids
    assert [float(row["heat_2"]) for row in rows] == found.value[:, 1].tolist()
    assert {"heat_1_sem", "heat_1_low", "heat_1_high"} <= set(rows[0])
    assert run(["vertices", edges, "--function", "subgraph", "--deflate", "3", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["parameters"]["deflate"] == 3
    assert record["parameters"]["operator"] == "adjacency"
    assert len(record["result"]["value"]) == len(record["result"]["vertices"]) == 34
    assert record["result"]["argument"] is None


def test_table_has_the_spread_and_the_highest(edges, capsys):
    assert run(["vertices", edges, "--function", "return", "--steps", "2"]) == 0
    out = capsys.readouterr().out
    assert "probability that a random walk is back" in out
    assert "return_2" in out
