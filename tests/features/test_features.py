"""Features: closed forms, agreement with dense eigenvalues, errors that hold, independence of rows."""

import io
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec import Graph, GraphspecError, InputError, ParameterError, SketchError
from graphspec.cli import run
from graphspec.exact import DENSE_NODES, rows_of_spectra
from graphspec.features import FeatureSettings, features_of
from graphspec.grids import Grid

SOME = {"orders": 4, "times": (0.1, 1.0, 10.0), "bins": 7}


def graph_of(network, name="graph"):
    return Graph.from_networkx(network, name=name)


def named(table, row=0):
    return dict(zip(table.names, table.values[row].tolist(), strict=True))


def eigenvalues_of(graph):
    return np.linalg.eigvalsh(graphspec.graph_operator(graph).matrix().toarray())


def expected_row(eigenvalues, orders, times, bins):
    """Compute features from their definitions, one after the other."""
    size = len(eigenvalues)
    row = [np.mean(np.cos(order * np.arccos(np.clip(eigenvalues - 1, -1, 1)))) for order in range(1, orders + 1)]
    row += [np.exp(-time * eigenvalues).sum() / size for time in times]
    edges = np.linspace(0, 2, bins + 1)
    counts = [np.count_nonzero(eigenvalues <= edge + 1e-9) / size for edge in edges]
    row += [counts[1], *np.diff(counts[1:])]
    row += [np.count_nonzero(np.abs(eigenvalues - point) < 1e-9) / size for point in (0, 1, 2)]
    shares = eigenvalues[eigenvalues > 1e-12] / eigenvalues.sum()
    return np.array([*row, -(shares * np.log(shares)).sum()])


def test_a_complete_graph():
    row = named(graphspec.spectral_features([nx.complete_graph(5)], orders=2, times=(1.0,), bins=2))
    assert row["moment_1"] == pytest.approx(0, abs=1e-15)
    assert row["moment_2"] == pytest.approx(2 * 0.25 - 1)
    assert row["heat_1"] == pytest.approx((1 + 4 * np.exp(-1.25)) / 5)
    assert (row["share_0_1"], row["share_1_2"]) == pytest.approx((0.2, 0.8))
    assert (row["atom_0"], row["atom_1"], row["atom_2"]) == pytest.approx((0.2, 0, 0))
    assert row["entropy"] == pytest.approx(np.log(4))


def test_a_star_has_all_atoms():
    row = named(graphspec.spectral_features([nx.star_graph(7)], **SOME))
    assert (row["atom_0"], row["atom_1"], row["atom_2"]) == (0.125, 0.75, 0.125)


def test_a_graph_without_edges_has_an_exact_row():
    table = graphspec.spectral_features([nx.empty_graph(6)], orders=3, times=(2.0,), bins=2)
    assert table.values[0].tolist() == [-1.0, 1.0, -1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    assert not table.errors.any()


@pytest.mark.parametrize("seed", range(3))
def test_small_graphs_agree_with_dense_eigenvalues(seed):
    networks = [nx.gnp_random_graph(60, 0.1, seed=seed), nx.barabasi_albert_graph(90, 2, seed=seed), nx.path_graph(40)]
    table = graphspec.spectral_features(networks, **SOME)
    for network, row in zip(networks, table.values, strict=True):
        expected = expected_row(eigenvalues_of(graph_of(network)), **SOME)
        np.testing.assert_allclose(row, expected, atol=1e-10)
    assert not table.errors.any()


def test_weights_count():
    network = nx.path_graph(4)
    nx.set_edge_attributes(network, {edge: 1 + sum(edge) for edge in network.edges}, "weight")
    graph = Graph.from_networkx(network, "weight")
    row = graphspec.spectral_features([graph], **SOME).values[0]
    np.testing.assert_allclose(row, expected_row(eigenvalues_of(graph), **SOME), atol=1e-12)
    assert not np.allclose(row, graphspec.spectral_features([network], **SOME).values[0])


def test_rows_do_not_depend_on_their_order_nor_on_the_number_of_threads():
    networks = [nx.gnp_random_graph(20 + number % 5, 0.3, seed=number) for number in range(40)]
    networks.append(nx.barabasi_albert_graph(DENSE_NODES + 100, 3, seed=1))
    graphs = [graph_of(network) for network in networks]
    table = graphspec.spectral_features(graphs, **SOME)
    order = np.random.default_rng(0).permutation(len(graphs))
    again = graphspec.spectral_features([graphs[number] for number in order], threads=1, **SOME)
    np.testing.assert_array_equal(table.values[order], again.values)
    np.testing.assert_array_equal(table.errors[order], again.errors)


def test_names_of_vertices_do_not_matter():
    network = nx.karate_club_graph()
    other = nx.relabel_nodes(network, {node: f"member {node}" for node in network})
    one, two = (graphspec.spectral_features([each], **SOME).values for each in (network, other))
    np.testing.assert_array_equal(one, two)


def test_large_graphs_are_sampled_and_their_errors_hold():
    """Over 40 seeds of the probes, nearly all values lie within three standard errors, and the errors are small."""
    graph = graph_of(nx.barabasi_albert_graph(600, 3, seed=2))
    settings = FeatureSettings.of(orders=6, times=(0.5, 2.0, 8.0), bins=0)
    truth = expected_row(eigenvalues_of(graph), 6, (0.5, 2.0, 8.0), 1)
    truth = np.delete(truth, 9)  # the only bin
    within = []
    for seed in range(40):
        table = features_of([graph], settings, graphspec.Sampling.of(seed=seed, num_moments=60, num_probes=16))
        known = table.errors[0] == 0
        known_atoms = table.values[0][-4:-1]
        assert (known_atoms <= truth[-4:-1] + 1e-12).all()  # at 1, those that structure shows
        known[-4:-1] = True
        np.testing.assert_allclose(table.values[0][known][:-3], truth[known][:-3], atol=1e-9)
        assert (table.errors[0] < 0.02 * (1 + abs(truth))).all()
        within.append((abs(table.values[0] - truth) <= 3 * table.errors[0] + 1e-6)[~known])
    assert np.mean(within) > 0.95


@pytest.mark.parametrize("bins", [8, 40])
def test_errors_of_shares_hold_the_resolution_too(bins):
    """Of narrow bins the error of the finite order is the larger one; two such errors cover nearly all shares."""
    covered = []
    for seed in range(6):
        graph = graph_of(nx.barabasi_albert_graph(800, 3, seed=seed))
        table = graphspec.spectral_features([graph], orders=0, times=(), bins=bins, num_moments=40, seed=seed)
        expected = np.histogram(eigenvalues_of(graph) - 1e-9, np.linspace(0, 2, bins + 1))[0] / 800
        shares, errors = table.values[0][:bins], table.errors[0][:bins]
        covered.append(abs(shares - expected) <= 2.13 * errors + 0.5 / 800)
        assert shares.sum() == pytest.approx(1, abs=1e-6)
    assert np.mean(covered) > 0.93


def test_sketches_serve_if_they_are_of_the_normalised_laplacian():
    graph = graph_of(nx.barabasi_albert_graph(700, 3, seed=2))
    held = graphspec.sketch(graph, num_moments=40)
    np.testing.assert_array_equal(
        graphspec.spectral_features([held], **SOME).values,
        graphspec.spectral_features([graph], num_moments=40, **SOME).values,
    )
    other = graphspec.sketch(graph, num_moments=40, operator="combinatorial")
    with pytest.raises(SketchError, match="features are of the normalised Laplacian, and the sketch is of combinat"):
        graphspec.spectral_features([other])
    with pytest.raises(ParameterError, match="features are of the normalised Laplacian, not of adjacency"):
        features_of([graph], sampling=graphspec.Sampling.of(operator="adjacency"))
    with pytest.raises(ParameterError, match="operator"):
        graphspec.spectral_features([graph], operator="adjacency")


def test_the_largest_component_alone():
    network = nx.disjoint_union(nx.complete_graph(8), nx.path_graph(3))
    row = named(graphspec.spectral_features([network], component="largest", orders=0, times=(), bins=0))
    assert row["atom_0"] == pytest.approx(1 / 8)


def test_inputs_without_features_are_refused():
    with pytest.raises(GraphspecError, match="a graph without vertices has no spectrum"):
        graphspec.spectral_features([nx.empty_graph(0)])
    with pytest.raises(ParameterError, match="features are of graphs, not of operators"):
        graphspec.spectral_features([np.eye(3)])
    with pytest.raises(InputError, match=r"nosuch.txt: cannot be read"):
        graphspec.spectral_features(["nosuch.txt"])


def test_times():
    grid = Grid(empty=True)
    assert grid.parse("none") == ()
    assert grid.accepts(())
    assert not Grid().accepts(())
    for wrong in grid.wrong_values():
        assert not grid.accepts(wrong)
    with pytest.raises(ParameterError, match="`times` are too close"):
        FeatureSettings.of(times=(1.0, 1.00000001))
    with pytest.raises(ParameterError, match="`times` must be increasing positive numbers"):
        FeatureSettings.of(times=(-1.0, 1.0))


def test_rows_of_a_group_are_reported():
    told = []
    graphs = [graph_of(nx.path_graph(size)) for size in (3, 4, 3)]
    assert len(rows_of_spectra(graphs, lambda eigenvalues: eigenvalues, 2, told.append)) == 3
    assert sum(told) == 3


def test_a_frame_has_names_and_errors():
    table = graphspec.spectral_features([nx.path_graph(3), nx.path_graph(4)], orders=1, times=(), bins=0)
    frame = table.to_frame(["a", "b"])
    assert frame.columns.tolist() == ["moment_1", "atom_0", "atom_1", "atom_2", "entropy"]
    assert frame.index.tolist() == ["a", "b"]
    wide = table.to_frame(with_errors=True)
    assert wide.columns.tolist()[5:] == [f"{name}_sem" for name in table.names]
    assert wide.shape == (2, 10)


def test_the_core_does_not_import_scikit_learn():
    code = "import graphspec, sys; graphspec.spectral_features; graphspec.sketch; assert 'sklearn' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_scikit_learn_the_way_to_it_is_said():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from graphspec import *\n"
        "import graphspec\n"
        "try: graphspec.SpectralFeatures\n"
        "except ImportError as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == "SpectralFeatures needs scikit-learn: pip install 'graphspec[features]'\n"


# --- The command


@pytest.fixture
def files(tmp_path):
    for number, network in enumerate(
        (nx.karate_club_graph(), nx.path_graph(9), nx.barabasi_albert_graph(700, 2, seed=1))
    ):
        graphspec.write_edges(graph_of(network), tmp_path / f"{number}.txt")
    return [str(tmp_path / f"{number}.txt") for number in range(3)]


def call(capfd, *words):
    code = run(["features", *words])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def test_csv_has_a_row_for_every_graph(files, capfd):
    import pandas as pd

    code, out, _ = call(capfd, *files, "--format", "csv", "--times", "1,2", "--bins", "3", "--orders", "2")
    assert code == 0
    frame = pd.read_csv(io.StringIO(out))
    table = graphspec.spectral_features(files, orders=2, times=(1.0, 2.0), bins=3)
    assert frame.columns.tolist() == ["name", "num_nodes", "num_edges", "num_components", *table.names]
    np.testing.assert_allclose(frame[table.names].to_numpy(), table.values, atol=1e-15)
    _, wide, _ = call(capfd, *files, "--format", "csv", "--times", "none", "--with-errors")
    columns = pd.read_csv(io.StringIO(wide)).columns
    assert sum(column.endswith("_sem") for column in columns) == 10 + 20 + 4


def test_json_and_tables(files, capfd):
    import json

    code, out, _ = call(capfd, files[2], "--format", "json", "--seed", "3", "--times", "1")
    record = json.loads(out)
    assert (code, record["command"], record["parameters"]["method"]) == (0, "features", "maxent")
    assert record["parameters"]["seed"] == 3
    assert record["result"]["errors"]["heat_1"] > 0
    code, out, _ = call(capfd, files[0])
    assert code == 0
    assert "entropy" in out
    assert "of 284 features (--format csv has all)" in out


def test_inputs_that_fail_are_reported_and_the_others_done(files, capfd, tmp_path):
    (tmp_path / "bad.txt").write_text("just words without edges here\nx\n")
    code, out, err = call(capfd, files[0], str(tmp_path / "bad.txt"), files[1], "--format", "csv", "--bins", "0")
    assert code == 1
    assert len(out.splitlines()) == 3
    assert "bad.txt" in err
    code, _, err = call(capfd, files[0], "--times", "2,1")
    assert code == 2
    assert "increasing positive numbers" in err
