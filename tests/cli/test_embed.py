"""``graphspec embed`` and ``clusters --k``, as they are typed."""

import csv
import io
import json

import networkx as nx
import numpy as np
import pytest

import graphspec
from graphspec.cli import run


@pytest.fixture
def edges(tmp_path):
    path = tmp_path / "edges.txt"
    graph = nx.connected_caveman_graph(4, 6)
    path.write_text("".join(f"v{a} v{b}\n" for a, b in graph.edges))
    return str(path)


def test_rows_have_the_ids_that_were_read(edges, capsys):
    assert run(["embed", edges, "--dimension", "3", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    found = graphspec.embed(edges, 3)
    assert [row["vertex"] for row in rows] == graphspec.read_edges(edges).ids
    np.testing.assert_array_equal([[float(row[f"x{i}"]) for i in (1, 2, 3)] for row in rows], found.vectors)


def test_json_holds_eigenvalues_and_coordinates(edges, capsys):
    assert run(["embed", edges, "--dimension", "2", "--residual", "1e-8", "--seed", "3", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["parameters"]["dimension"] == 2
    assert record["parameters"]["residual"] == 1e-8
    assert record["parameters"]["seed"] == 3
    assert len(record["result"]["coordinates"]) == len(record["result"]["vertices"]) == 24
    assert max(record["result"]["residuals"]) < 1e-8


def test_table_says_what_was_computed(edges, capsys):
    assert run(["embed", edges, "--dimension", "2"]) == 0
    assert "2 eigenvectors of the operator normalized, eigenvalues 0 to" in capsys.readouterr().out


def test_an_array_and_rows_of_parquet(edges, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    array, table = tmp_path / "x.npy", tmp_path / "x.parquet"
    assert run(["embed", edges, "--dimension", "2", "-o", str(array)]) == 0
    assert run(["embed", edges, "--dimension", "2", "-o", str(table)]) == 0
    np.testing.assert_array_equal(np.load(array)[:, 1], pq.read_table(table)["x2"].to_numpy())


def test_an_array_is_of_one_input(edges, tmp_path, capsys):
    assert run(["embed", edges, edges, "-o", str(tmp_path / "x.npy")]) == 2
    assert run(["embed", edges, "--format", "csv", "-o", str(tmp_path / "x.npy")]) == 2
    assert capsys.readouterr().err.count("is to hold the array of one input") == 2


def test_components_beyond_the_dimension_are_said(tmp_path, capsys):
    path = tmp_path / "pairs.txt"
    path.write_text("a b\nc d\ne f\n")
    assert run(["embed", str(path), "--dimension", "2"]) == 0
    assert "all eigenvectors are those of 2 of 3 components: --component largest" in capsys.readouterr().err
    star = tmp_path / "star.txt"
    star.write_text("a b\na c\na d\na e\n")
    assert run(["embed", str(star), "--dimension", "2"]) == 0
    assert "the eigenvalue 1 is repeated beyond the last vector" in capsys.readouterr().err


def test_labels_of_as_many_groups_as_are_asked_for(edges, tmp_path, capsys):
    labels = tmp_path / "labels.tsv"
    assert run(["clusters", edges, "--rule", "eigengap", "--labels", str(labels), "--k", "2"]) == 0
    assert "2 labels, as many as were asked for" in capsys.readouterr().err
    groups = [line.split("\t")[1] for line in labels.read_text().splitlines()]
    assert groups == [str(group) for group in graphspec.partition(edges, 2)]
    assert run(["clusters", edges, "--rule", "detectable", "--labels", str(labels), "--k", "4"]) == 0


def test_a_number_of_groups_needs_labels(edges, capsys):
    assert run(["clusters", edges, "--k", "2"]) == 2
    assert "--k is the number of clusters of --labels" in capsys.readouterr().err
    assert run(["clusters", edges, "--labels", "x.tsv", "--k", "0"]) == 2


def test_a_sketch_has_no_eigenvectors(edges, tmp_path, capsys):
    path = str(tmp_path / "s.npz")
    graphspec.save_sketch(graphspec.sketch(graphspec.read_edges(edges)), path)
    assert run(["embed", path]) == 1
    assert "eigenvectors need a graph" in capsys.readouterr().err
