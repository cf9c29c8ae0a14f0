"""Descriptions of graphs: degrees, weights, and what reading dropped."""

import csv
import io
import json

import networkx as nx
import pytest
from spectra import complete, isolated, random_graph
from spectra import path as path_graph

from graphspec.analyses import info
from graphspec.analyses.console import Console
from graphspec.cli import run
from graphspec.graphs.graph import Graph
from graphspec.readwrite import Reading

CONTENT = "source,target,weight\na,b,2\nb,c,3.5\nb,c,0.5\nc,c,9\nd,NA,1\ne,a,0\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text(CONTENT)
    return path


def test_weights_make_the_degrees_and_have_a_range_and_a_sum(path):
    statistics = info.run(path, info.InfoOptions(reading=Reading(weighted=True, missing="drop"))).statistics
    assert (statistics.degree_min, statistics.degree_mean, statistics.degree_median, statistics.degree_max) == (
        *(0.0, 3.0, 3.0, 6.0),
    )
    assert (statistics.weight_min, statistics.weight_max, statistics.weight_sum) == (2.0, 4.0, 6.0)


def test_without_weights_degrees_are_numbers_of_neighbours(path):
    statistics = info.run(path, info.InfoOptions(reading=Reading(missing="drop"))).statistics
    assert (statistics.degree_min, statistics.degree_mean, statistics.degree_max) == (1, 1.5, 2)
    assert isinstance(statistics.degree_max, int)
    assert (statistics.weight_min, statistics.weight_max, statistics.weight_sum) == (None, None, None)


def test_every_form_says_what_was_dropped(path, capsys):
    arguments = ["info", str(path), "--weighted", "--missing", "drop", "-q", "--format"]
    dropped = {"self_loops": 1, "duplicate_edges": 1, "header_lines": 1, "comment_lines": 0, "zero_weights": 1}
    dropped |= {"missing_values": 1}
    assert run([*arguments, "json"]) == 0
    assert json.loads(capsys.readouterr().out)["input"]["dropped"] == dropped
    assert run([*arguments, "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert {key: int(row[f"dropped_{key}"]) for key in dropped} == dropped
    assert (row["weight_sum"], row["degree_max"]) == ("6.0", "6.0")
    assert run([*arguments, "table"]) == 0
    table = capsys.readouterr().out
    assert "dropped missing values" in table
    assert "weight sum" in table
    assert run(["info", "karate", "-q"]) == 0
    assert "weight" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (complete(6).graph, (20, 1.0, 1.0)),
        (path_graph(5).graph, (0, 0.0, 0.0)),
        (isolated(3).graph, (0, 0.0, 0.0)),
        (Graph.from_edges([], [], num_nodes=0), (0, 0.0, 0.0)),
        # A triangle with a tail: shares of pairs that are linked are 1, 1, 1/3 and 0, of all five pairs 3.
        (Graph.from_edges([0, 1, 2, 2], [1, 2, 0, 3]), (1, 7 / 12, 3 / 5)),
    ],
)
def test_triangles_and_clustering_of_small_graphs(graph, expected):
    statistics = info.run(graph).statistics
    assert (statistics.num_triangles, statistics.clustering, statistics.transitivity) == pytest.approx(expected)
    assert isinstance(statistics.num_triangles, int)


def test_triangles_and_clustering_are_those_of_networkx():
    network = nx.powerlaw_cluster_graph(400, 4, 0.7, seed=1)
    statistics = info.run(Graph.from_networkx(network)).statistics
    assert statistics.num_triangles == sum(nx.triangles(network).values()) // 3
    assert statistics.clustering == pytest.approx(nx.average_clustering(network), rel=1e-12)
    assert statistics.transitivity == pytest.approx(nx.transitivity(network), rel=1e-12)


def test_weights_leave_triangles_out():
    assert info.run(random_graph(50, 6.0, 1, weighted=True)).statistics.num_triangles is None


def test_a_search_that_would_take_too_long_is_left_out_and_said(monkeypatch):
    class Remarks(Console):
        said = ""

        def remark(self, message):
            self.said += message

    console = Remarks()
    monkeypatch.setattr(info, "MOST_TRIANGLE_STEPS", 5)
    statistics = info.run(complete(9).graph, progress=console).statistics
    assert (statistics.num_triangles, statistics.clustering, statistics.transitivity) == (None, None, None)
    assert console.said.endswith("finding its triangles would take more than 5e+00 steps: left out")


def test_every_form_has_the_triangles(capsys):
    assert run(["info", "karate", "-q", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["num_triangles"] == 45
    assert (result["clustering"], result["transitivity"]) == pytest.approx((0.5706384782, 0.2556818182))
    assert run(["info", "karate", "-q", "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert int(row["num_triangles"]) == 45
    assert run(["info", "karate", "-q"]) == 0
    table = capsys.readouterr().out
    assert "num triangles" in table
    assert "transitivity" in table
