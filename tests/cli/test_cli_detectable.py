"""``graphspec clusters``: detectable communities, their partition and picture, and what cannot be counted."""

import csv
import io
import json

import matplotlib.image
import networkx as nx
import numpy as np
import pytest
from planted import agreement
from test_cli import call  # noqa: F401

import graphspec
from graphspec.graphs.graph import Graph

DETECTED = [
    "count",
    "count_low",
    "count_high",
    "kind",
    "r",
    "threshold",
    "mean_degree",
    "disassortative",
    "disassortative_low",
    "disassortative_high",
    "confirmed",
    "at_mean_degree",
    "levels",
]
CONFIRMED = [
    "count",
    "count_low",
    "count_high",
    "eigenvalues",
    "disassortative",
    "gap_low",
    "gap_high",
    "method",
    "p_value",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with five blocks that leave no gap in the spectrum of the Laplacian, a grid and a tree."""
    path = tmp_path_factory.mktemp("communities")
    probabilities = 0.008 * np.ones((5, 5)) + 0.05 * np.eye(5)
    blocks = nx.stochastic_block_model([150] * 5, probabilities.tolist(), seed=1)
    networks = {"blocks": blocks, "grid": nx.grid_2d_graph(30, 30), "tree": nx.random_labeled_tree(200, seed=1)}
    for name, network in networks.items():
        graphspec.write_edges(Graph.from_networkx(network), path / f"{name}.txt")
    return path


def result_of(out):
    return json.loads(out)["result"]


def test_both_answers_stand_side_by_side(call, folder):  # noqa: F811
    code, out, err = call("clusters", folder / "blocks.txt", "--format", "json")
    result = result_of(out)
    assert (code, err) == (0, "")
    assert list(result["detectable"]) == DETECTED
    assert list(result["detectable"]["confirmed"]) == CONFIRMED
    assert list(result["detectable"]["at_mean_degree"]) == ["r", "count", "count_low", "count_high"]
    assert result["rule"] == "eigengap"
    count = graphspec.detectable_communities(graphspec.read_edges(folder / "blocks.txt"))
    assert result["detectable"]["count"] == count.count.value
    assert result["detectable"]["confirmed"]["count"] == count.confirmation.count == 5
    assert result["detectable"]["kind"] == "groups"
    for rule, other in (("detectable", "eigengap"), ("eigengap", "detectable")):
        alone = result_of(call("clusters", folder / "blocks.txt", "--rule", rule, "--format", "json")[1])
        assert (alone["detectable"] is None) == (rule == "eigengap")
        assert (alone["candidates"] == []) == (rule == "detectable")
        assert alone["rule"] == rule != other


def test_the_table_answers_first_what_can_be_detected(call, folder):  # noqa: F811
    blocks = " ".join(call("clusters", folder / "blocks.txt")[1].split())
    assert blocks.index("5 communities can be detected (") < blocks.index(" below a gap of the spectrum")
    grid = " ".join(call("clusters", folder / "grid.txt")[1].split())
    assert "but run through the threshold without a gap: they count scales, not groups." in grid
    assert "No communities can be detected: beyond trees and single cycles" in call("clusters", folder / "tree.txt")[1]


def test_rows_of_csv_have_the_same_columns_for_all(call, folder):  # noqa: F811
    names = [str(folder / f"{name}.txt") for name in ("blocks", "grid", "tree")]
    _, out, _ = call("clusters", *names, "--rule", "detectable", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["detectable_kind"] for row in rows] == ["groups", "scales", "none"]
    assert [row["detectable_confirmed_count"] != "" for row in rows] == [True, True, False]
    assert rows[0]["detectable_confirmed_count"] == "5"
    assert float(rows[1]["detectable_at_mean_degree_r"]) == pytest.approx(np.sqrt(2 * 1740 / 900))


@pytest.mark.parametrize("rule", ["both", "detectable", "eigengap"])
def test_rows_of_csv_have_the_columns_of_the_header(call, folder, rule):  # noqa: F811
    heads = []
    for order in (("blocks", "grid", "tree"), ("tree", "blocks", "grid")):
        names = [str(folder / f"{name}.txt") for name in order]
        _, out, _ = call("clusters", *names, "--rule", rule, "--confirm-limit", 10, "--format", "csv")
        head, *rows = csv.reader(io.StringIO(out))
        heads.append(head)
        assert len(rows) == 3
        assert {len(row) for row in rows} == {len(head)}
        assert [row[head.index("name")] for row in rows] == names
    assert heads[0] == heads[1]
    assert len(heads[0]) == len(set(heads[0]))


@pytest.mark.parametrize("rule", ["both", "detectable"])
def test_labels_are_those_of_the_communities(call, folder, tmp_path, rule):  # noqa: F811
    path = tmp_path / "labels.tsv"
    said = f"graphspec: {path}: 5 labels, of communities\n"
    assert call("clusters", folder / "blocks.txt", "--rule", rule, "--labels", path)[2] == said
    assert call("clusters", folder / "blocks.txt", "--rule", rule, "--labels", path, "-q")[2] == ""
    groups = np.array([int(line.split("\t")[1]) for line in path.read_text().splitlines()])
    assert agreement(groups, np.repeat(np.arange(5), 150)) > 0.9


def test_what_labels_are_of_is_said(call, folder, tmp_path):  # noqa: F811
    def said(network, *options):
        source, path = tmp_path / "network.txt", tmp_path / "labels.tsv"
        graphspec.write_edges(Graph.from_networkx(nx.convert_node_labels_to_integers(network)), source)
        code, _, err = call("clusters", source, "--labels", path, *options)
        assert code == 0
        labels = {line.split("\t")[1] for line in path.read_text().splitlines()}
        assert err.startswith(f"graphspec: {path}: {len(labels)} label")
        return err.removeprefix(f"graphspec: {path}: ").rstrip()

    grid, clusters = nx.grid_2d_graph(30, 30), nx.planted_partition_graph(5, 100, 0.3, 0.01, seed=1)
    scales = said(grid)
    assert scales.endswith(" labels, of scales, not groups")
    assert said(clusters, "--rule", "eigengap") == "5 labels, of the clusters below the gap"
    assert said(clusters, "--rule", "detectable") == "5 labels, of communities"
    # A component without an eigenvalue below the threshold has a label of its own.
    dust = nx.disjoint_union_all([clusters, nx.path_graph(4), nx.path_graph(6)])
    assert said(dust) == "7 labels: 5 of communities, and 2 of components without any"
    assert said(nx.gnp_random_graph(300, 0.05, seed=1), "--rule", "detectable") == "1 label, of components"


@pytest.mark.parametrize(("rule", "width"), [("both", 2250), ("detectable", 1500)])
def test_the_picture_shows_both_answers_or_one(call, folder, tmp_path, rule, width):  # noqa: F811
    path = tmp_path / "picture.png"
    assert call("clusters", folder / "blocks.txt", "--rule", rule, "--plot", path, "-q")[0] == 0
    assert matplotlib.image.imread(path).shape[1] == width


def test_a_graph_without_a_radius_has_no_picture_of_communities(call, folder, tmp_path):  # noqa: F811
    path = tmp_path / "picture.png"
    code, _, err = call("clusters", folder / "tree.txt", "--rule", "detectable", "--plot", path)
    assert code == 1
    assert "was not written: no communities can be detected: beyond trees" in err
    assert call("clusters", folder / "tree.txt", "--plot", path)[0] == 0


def test_without_an_operator_tau_is_for_the_communities(call, folder):  # noqa: F811
    arguments = ["clusters", folder / "blocks.txt", "--rule", "detectable", "--tau", "3", "--format", "json"]
    chosen = result_of(call(*arguments)[1])["detectable"]
    assert (chosen["r"], chosen["threshold"]) == (2.0, 0.5)
    code, out, err = call("clusters", folder / "blocks.txt", "--rule", "detectable", "--operator", "adjacency")
    assert (code, out) == (2, "")
    assert "communities are counted on --operator regularized, not on adjacency: leave it out" in err


def test_a_chosen_radius_is_not_called_that_of_the_bulk(call, folder):  # noqa: F811
    table = call("clusters", folder / "blocks.txt", "--rule", "detectable", "--tau", "3")[1]
    assert "for tau = 3 and the mean degree" in " ".join(table.split())
    assert "radius of the bulk" not in table
    assert "for the radius of the bulk and the mean degree" in " ".join(
        call("clusters", folder / "blocks.txt", "--rule", "detectable")[1].split()
    )


def test_both_reasons_are_said_of_their_counts(call, tmp_path):  # noqa: F811
    path = tmp_path / "clusters.txt"
    clusters = nx.planted_partition_graph(5, 100, 0.3, 0.01, seed=1)
    graphspec.write_edges(Graph.from_networkx(clusters), path)
    text = " ".join(call("clusters", path, "--confirm-limit", 2)[1].split())
    for count in ("the communities are", "the gap is"):
        assert f"{count} not confirmed: the count is above the limit of 2" in text


def test_help_says_how_the_radius_is_chosen_and_what_is_counted(call):  # noqa: F811
    text = " ".join(call("clusters", "--help")[1].split())
    assert (
        "or mean(d^2) / mean(d) - 1 of the degrees d where one dense part has a radius of more than 1.25 times" in text
    )
    assert "`confirmed.eigenvalues` is the number of all negative eigenvalues of the Bethe Hessian" in text
    assert "A component without an eigenvalue below the threshold has a label of its own." in text


def test_the_radius_can_be_chosen(call, folder):  # noqa: F811
    arguments = ["clusters", folder / "blocks.txt", "--operator", "regularized", "--format", "json"]
    chosen = result_of(call(*arguments, "--tau", "3")[1])["detectable"]
    assert (chosen["r"], chosen["threshold"]) == (2.0, 0.5)
    graph = graphspec.read_edges(folder / "blocks.txt")
    mean = result_of(call(*arguments, "--tau", "mean")[1])["detectable"]
    assert mean["r"] == pytest.approx(np.sqrt(1 + graph.degrees.mean()))
    bulk, usual = (result_of(call(*arguments[:2], *more, "--format", "json")[1]) for more in (arguments[2:4], []))
    assert bulk["detectable"] == usual["detectable"]


def test_a_sketch_answers_one_question(call, folder, tmp_path):  # noqa: F811
    of_laplacian, of_communities = tmp_path / "laplacian.npz", tmp_path / "communities.npz"
    blocks = folder / "blocks.txt"
    assert call("sketch", blocks, "-o", of_laplacian)[0] == 0
    assert call("sketch", blocks, "--operator", "regularized", "--tau", "bethe", "-o", of_communities)[0] == 0
    assert result_of(call("clusters", of_laplacian, "--format", "json")[1])["detectable"] is None
    detected = result_of(call("clusters", of_communities, "--format", "json")[1])["detectable"]
    whole = result_of(call("clusters", blocks, "--format", "json")[1])["detectable"]
    same = ("count", "count_low", "count_high", "disassortative")
    assert {key: detected[key] for key in same} == {key: whole[key] for key in same}
    assert detected["confirmed"] is None
    code, out, err = call("clusters", of_laplacian, "--rule", "detectable")
    assert (code, out) == (1, "")
    assert err.startswith(
        f"graphspec: error: {of_laplacian}: the sketch is of the operator normalized, not regularized: "
    )
    assert "make a sketch with --operator regularized and --tau bethe" in err


def test_a_sketch_says_which_question_it_answers(call, folder, tmp_path):  # noqa: F811
    of_laplacian, of_communities = tmp_path / "laplacian.npz", tmp_path / "communities.npz"
    blocks = folder / "blocks.txt"
    call("sketch", blocks, "-o", of_laplacian)
    call("sketch", blocks, "--operator", "regularized", "--tau", "bethe", "-o", of_communities)
    code, out, err = call("clusters", of_laplacian, "--rule", "both", "--format", "json")
    assert (code, result_of(out)["detectable"]) == (0, None)
    assert "the sketch is of the operator normalized, not regularized" in err
    assert err.endswith("; the gap alone is counted\n")
    code, out, err = call("clusters", of_communities, "--rule", "both", "--format", "json")
    assert (code, result_of(out)["candidates"]) == (0, [])
    assert result_of(out)["detectable"]["count"] > 1
    assert "the sketch is of the operator regularized, whose spectrum has no zeros to count from" in err
    assert err.endswith("; communities alone are counted\n")
    for sketch in (of_laplacian, of_communities):
        assert call("clusters", sketch, "--format", "json")[2] == ""


def test_weights_leave_the_gap_alone(call, tmp_path):  # noqa: F811
    path = tmp_path / "weights.txt"
    path.write_text("0 1 2.5\n1 2 1\n2 0 3\n2 3 1\n")
    code, out, err = call("clusters", path, "--weighted", "--format", "json")
    assert code == 0
    assert result_of(out)["detectable"] is None
    assert "detectable communities are counted in graphs without weights" in err
    code, out, err = call("clusters", path, "--weighted", "--rule", "detectable")
    assert (code, out) == (1, "")
    assert "is no regularised Laplacian then" in err


def test_isolated_vertices_alone_have_no_communities(call, tmp_path):  # noqa: F811
    path = tmp_path / "loops.txt"
    path.write_text("0 0\n1 1\n")
    _, out, err = call("clusters", path, "--rule", "detectable")
    assert "No communities can be detected" in out
    assert "the mean degree is 0: below 1 no communities can be detected" in " ".join(out.split())
    assert err.endswith("took 2 self-loops for isolated vertices\n")
