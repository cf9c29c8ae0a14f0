"""The precision of a pass: when 16 bits are used, what they change, and when they are given up."""

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from scipy import sparse
from spectra import random_graph, weighted_copy

from graphspec import (
    Graph,
    ParameterError,
    Sampling,
    density,
    linear_operator,
    load_sketch,
    merge,
    open_graph,
    save_graph,
    save_sketch,
    sketch,
)
from graphspec.cli import run
from graphspec.graphs import in_breadth_first_order, ordering
from graphspec.machine import KERNEL_VARIABLE, instruction_sets, use_native
from graphspec.sketches import precision as precisions
from graphspec.sketches import rounded_pass
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.moments import spectrum_moments
from graphspec.sketches.planning import plan_pass
from graphspec.sketches.preparation import prepare
from graphspec.sketches.probe_pass import Pass
from graphspec.sketches.rounded_pass import RoundedPass, pass_of

needs_kernel = pytest.mark.skipif(not use_native(), reason="the extension module was not built, or is not wanted")

GRAPH = random_graph(20_000, 6.0, 1)


def kind(source=GRAPH, **options):
    sampling = Sampling(**{"num_probes": 32, **options})
    prepared = prepare(source, sampling)
    return type(pass_of(prepared, sampling, plan_pass(prepared, sampling.num_probes), None))


def path_of(size, *, closed=True):
    """Return a path with a triangle at every tenth vertex, perhaps with its ends linked: structure leaves all of it."""
    middle = np.arange(0, size - 2, 10)
    one = np.concatenate([[0], np.arange(size - 1), middle])[not closed :]
    other = np.concatenate([[size - 1], np.arange(1, size), middle + 2])[not closed :]
    return Graph.from_edges(one, other, num_nodes=size)


def deviation(found, expected):
    """Return the largest difference of moments in standard errors."""
    one, other = spectrum_moments(found), spectrum_moments(expected)
    known = len(expected.low_moments)
    return np.abs((one.values - other.values)[known:] / other.sem[known:]).max()


@needs_kernel
def test_the_size_of_a_graph_decides(monkeypatch):
    assert kind() is Pass
    monkeypatch.setattr(precisions, "MIN_ROWS", 10_000)
    monkeypatch.setattr(ordering, "MAX_WAITING", 5000)  # or rows of so small a graph are all close
    expected = RoundedPass if len(instruction_sets()) > 1 else Pass
    assert kind() is expected
    assert kind(num_probes=31) is Pass
    assert kind(path_of(40_000)) is Pass  # linked rows are close, after the pass has put them in order
    assert kind(in_breadth_first_order(path_of(40_000))) is Pass  # and before that
    assert kind(precision="single") is Pass
    assert kind(structure=False) is Pass
    assert kind(precision="half", structure=False) is RoundedPass
    assert kind(linear_operator(sparse.eye_array(20_000, format="csr"))) is Pass
    monkeypatch.setenv(KERNEL_VARIABLE, "generic")
    assert kind() is Pass
    assert kind(precision="half") is RoundedPass
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    assert kind() is Pass


@pytest.fixture
def all_large(monkeypatch):
    """Graphs of thousands of vertices count as large ones."""
    monkeypatch.setattr(precisions, "MIN_ROWS", 5000)
    monkeypatch.setattr(precisions, "ORDERED_ROWS", (5000, 20_000))
    monkeypatch.setattr(ordering, "MAX_WAITING", 1000)


@needs_kernel
@pytest.mark.parametrize(
    ("options", "ordered"),
    [
        ({}, True),
        ({"precision": "single"}, True),
        ({"precision": "half"}, True),
        ({"num_probes": 2}, True),
        ({"num_moments": 98}, False),
        ({"num_moments": 98, "precision": "half"}, True),
        ({"num_moments": 38, "precision": "half"}, False),
        ({"memory_limit": 10**12}, True),
        ({"memory_limit": 10**8}, False),
        ({"structure": False}, False),
        ({"threads": 1}, True),
    ],
)
def test_rows_are_put_in_order_where_the_pass_gains_from_it(all_large, options, ordered):
    assert (prepare(GRAPH, Sampling(**options)).remainder.operator.numbers is not None) == ordered


@needs_kernel
def test_rows_of_the_largest_graphs_are_put_in_order_for_16_bits_alone(all_large):
    graph = random_graph(21_000, 6.0, 1)
    for options, ordered in (
        ({}, False),
        ({"precision": "half"}, True),
        ({"num_probes": 32}, len(instruction_sets()) > 1),
    ):
        sampling = Sampling(**options)
        assert prepare(graph, sampling).remainder.operator.num_rows > 20_000
        assert (prepare(graph, sampling).remainder.operator.numbers is not None) == ordered


@needs_kernel
def test_rows_of_small_graphs_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(ordering, "MAX_WAITING", 1000)
    for precision in ("single", "half"):
        assert prepare(GRAPH, Sampling(precision=precision)).remainder.operator.numbers is None


@needs_kernel
def test_rows_with_weights_in_order_already_or_without_a_copy_stay_as_they_are(all_large, tmp_path):
    sampling = Sampling(num_probes=32, precision="half")
    near = path_of(40_000, closed=False)
    assert prepare(near, sampling).remainder.operator.numbers is None
    weighted = prepare(weighted_copy(GRAPH, 3), sampling, weighted=True)
    assert weighted.remainder.operator.numbers is None
    # No twins: the rows are those of the graph.
    ring = Graph.from_edges(*np.stack([np.tile(np.arange(9000), 2), np.r_[1:9000, 0, np.arange(9000) * 7 % 9000]]))
    save_graph(ring, tmp_path / "ring.graph")
    for source in (ring, open_graph(tmp_path / "ring.graph")):
        assert prepare(source, sampling).remainder.operator.numbers is None


@needs_kernel
def test_a_probe_does_not_depend_on_the_others_or_on_a_limit_of_memory(all_large):
    whole = sketch(GRAPH, num_probes=16)
    parts = [sketch(GRAPH, num_probes=8, first_probe=first, memory_limit=10**12) for first in (0, 8)]
    for name in ("alpha", "beta", "norm2"):
        np.testing.assert_array_equal(getattr(merge(parts), name), getattr(whole, name))


@needs_kernel
@pytest.mark.parametrize("operator", ["normalized", "combinatorial", "adjacency", "regularized"])
def test_the_order_of_the_rows_changes_nothing_but_rounding(all_large, operator):
    tree = Graph.from_networkx(nx.barabasi_albert_graph(12_000, 1, seed=2))
    for graph in (GRAPH, tree):
        options = {"operator": operator, "num_probes": 16}
        assert prepare(graph, Sampling(precision="half", **options)).remainder.operator.numbers is not None
        found, expected = (sketch(graph, precision=each, **options) for each in ("half", "single"))
        assert found.atoms == expected.atoms
        assert deviation(found, expected) < 0.05


@needs_kernel
def test_a_file_that_the_pass_does_not_read_is_not_held_in_memory(tmp_path):
    if not Path("/proc/self/smaps").exists():
        pytest.skip("the system does not tell which pages are in memory")
    graph = random_graph(60_000, 8.0, 2)
    save_graph(graph, tmp_path / "large.graph")
    opened = open_graph(tmp_path / "large.graph")
    assert opened.indices.sum() == graph.indices.sum()
    before = held(tmp_path / "large.graph")
    prepared = prepare(opened, Sampling())
    assert prepared.remainder.operator.num_rows < 60_000
    assert held(tmp_path / "large.graph") < 0.1 * before
    np.testing.assert_array_equal(opened.indices, graph.indices)


def held(path):
    """Return the bytes of a mapped file that are in the memory of the process."""
    total, own = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if line.split()[0].endswith(":"):
            total += 1024 * int(line.split()[1]) if own and line.startswith("Rss:") else 0
        else:
            own = line.endswith(str(path))
    return total


def test_16_bits_that_are_not_possible_are_refused(monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, "portable")
    with pytest.raises(ParameterError, match="`precision` half needs a graph and the extension module"):
        sketch(GRAPH, precision="half")


@pytest.mark.parametrize("precision", ["single", "half"])
def test_the_precision_is_for_graphs(precision):
    with pytest.raises(ParameterError, match="`precision` are for graphs, not for operators"):
        sketch(linear_operator(sparse.eye_array(500, format="csr")), precision=precision)


@needs_kernel
@pytest.mark.parametrize("operator", ["normalized", "combinatorial", "adjacency", "regularized"])
@pytest.mark.parametrize("weighted", [False, True])
def test_moments_differ_by_much_less_than_their_errors(operator, weighted):
    graph = weighted_copy(GRAPH, 3) if weighted else GRAPH
    options = {"operator": operator, "weighted": weighted, "num_probes": 20}
    found, expected = (sketch(graph, precision=each, **options) for each in ("half", "single"))
    assert found.options["precision"] == "half"
    assert "precision" not in expected.options
    assert 0 < deviation(found, expected) < 0.05
    np.testing.assert_array_equal(found.low_moments, expected.low_moments)


@needs_kernel
def test_threads_do_not_change_a_bit():
    one, other = (sketch(GRAPH, precision="half", threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.alpha, other.alpha)
    np.testing.assert_array_equal(one.beta, other.beta)


@needs_kernel
@pytest.mark.parametrize(
    ("count", "memory_limit", "blocks"),
    [
        (16, None, [(0, 16)]),
        (12, None, [(0, 12)]),
        (20, None, [(0, 16), (16, 20)]),
        (72, None, [(0, 32), (32, 64), (64, 72)]),
        (40, 10**12, [(0, 16), (16, 32), (32, 40)]),
    ],
)
def test_blocks(count, memory_limit, blocks):
    sampling = Sampling(num_probes=count, memory_limit=memory_limit, precision="half")
    prepared = prepare(GRAPH, sampling)
    made = RoundedPass(prepared, sampling, plan_pass(prepared, count, memory_limit), None)
    assert made.blocks(0, count) == blocks
    made.rounded = False
    assert made.blocks(0, count) == [(start, min(start + 16, count)) for start in range(0, count, 16)]


@needs_kernel
@pytest.mark.parametrize("fault", ["check", "interval"])
def test_16_bits_that_do_not_serve_are_given_up(monkeypatch, fault):
    if fault == "check":
        monkeypatch.setattr(rounded_pass, "_LARGEST_DEVIATION", 0.0)
    else:
        monkeypatch.setattr(rounded_pass, "_within_interval", lambda _: False)
    found, expected = sketch(GRAPH, precision="half"), sketch(GRAPH, precision="single")
    assert found.options["precision"] == "single"
    assert found.num_probes == 16
    np.testing.assert_allclose(spectrum_moments(found).values, spectrum_moments(expected).values, atol=1e-6)


@needs_kernel
def test_rows_that_are_rounded_alike_are_noticed():
    """Thousands of equal small components, if left in: their eigenvalues 0 and 2 err alike."""
    size, pairs = 20_000, 6000
    one, other = (np.repeat(np.arange(size), np.diff(GRAPH.indptr)), GRAPH.indices)
    small = size + np.arange(2 * pairs).reshape(-1, 2)
    upper = one < other
    graph = Graph.from_edges(
        np.concatenate([one[upper], small[:, 0]]),
        np.concatenate([other[upper], small[:, 1]]),
        num_nodes=size + 2 * pairs,
    )
    found, expected = (sketch(graph, precision=each, structure=False) for each in ("half", "single"))
    assert deviation(found, expected) < 0.1


@needs_kernel
def test_sketches_of_either_precision_unite(tmp_path):
    half = sketch(GRAPH, precision="half")
    single = sketch(GRAPH, precision="single", first_probe=16)
    for pair in ([half, single], [single, half]):
        assert merge(pair).options["precision"] == "half"
    save_sketch(half, tmp_path / "half.npz")
    assert load_sketch(tmp_path / "half.npz").options["precision"] == "half"
    whole = sketch(GRAPH, precision="half", num_probes=32)
    parts = merge([half, sketch(GRAPH, precision="half", first_probe=16)])
    assert deviation(parts, whole) < 0.05
    integrals = [density(each).integrate(lambda x: np.exp(-x)) for each in (parts, whole)]
    assert abs(integrals[0].value - integrals[1].value) < 0.05 * (integrals[1].high - integrals[1].low)


@needs_kernel
def test_the_command_says_what_it_used(tmp_path, capsys):
    from graphspec import write_edges

    path = tmp_path / "edges.txt"
    write_edges(GRAPH, path)
    said = {}
    for precision in ("auto", "single", "half"):
        assert run(["spectrum", str(path), "--format", "json", "--precision", precision]) == 0
        said[precision] = json.loads(capsys.readouterr().out)
    assert [said[each]["parameters"].get("precision") for each in said] == [None, None, "half"]
    assert said["auto"]["result"] == said["single"]["result"]
    assert said["half"]["result"] != said["single"]["result"]
    assert run(["spectrum", str(path), "--precision", "double"]) == 2
    assert "'double' is not one of" in capsys.readouterr().err


@needs_kernel
def test_progress_counts_all_products():
    told = []
    sampling = Sampling(num_probes=24, precision="half")
    sample(prepare(GRAPH, sampling), sampling, progress=lambda done, planned: told.append((done, planned)))
    assert told[-1] == (24 * 50, 24 * 50)
