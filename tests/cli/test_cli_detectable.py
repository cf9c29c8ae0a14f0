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


@pytest.mark.parametrize("rule", ["both", "detectable"])
def test_labels_are_those_of_the_communities(call, folder, tmp_path, rule):  # noqa: F811
    path = tmp_path / "labels.tsv"
    assert call("clusters", folder / "blocks.txt", "--rule", rule, "--labels", path)[2] == ""
    groups = np.array([int(line.split("\t")[1]) for line in path.read_text().splitlines()])
    assert agreement(groups, np.repeat(np.arange(5), 150)) > 0.9


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
