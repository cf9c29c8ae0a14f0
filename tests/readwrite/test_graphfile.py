"""Graph files, which are mapped into memory."""

import io
import json
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from edgelists import assert_same_graph
from spectra import random_graph, weighted_copy

from graphspec import Graph, InputError, open_graph, save_graph, sketch
from graphspec.readwrite.graphfile import MAGIC, is_graph_file


def numbered(graph):
    return replace(graph, labels=np.arange(graph.num_nodes) * 7 + 3, sha256="ab")


@pytest.mark.parametrize(
    "graph",
    [
        random_graph(300, 5.0, 1),
        numbered(random_graph(300, 5.0, 1)),
        weighted_copy(random_graph(100, 4.0, 2), 3),
        Graph.from_networkx(nx.relabel_nodes(nx.path_graph(5), dict(enumerate("aäb€c")))),
        Graph.from_edges([], [], num_nodes=3),
    ],
    ids=["plain", "numbered", "weighted", "named", "edgeless"],
)
def test_graphs_come_back(graph, tmp_path):
    path = tmp_path / "a.graph"
    size = save_graph(graph, path)
    assert size == path.stat().st_size
    assert is_graph_file(path)
    opened = open_graph(path)
    assert (opened.name, opened.sha256) == (str(path), graph.sha256)
    assert_same_graph(opened, graph)
    assert len(graph.indices) == 0 or isinstance(opened.indices.base, np.memmap)
    again = tmp_path / "b.graph"
    save_graph(replace(opened, name=graph.name), again)
    assert again.read_bytes() == path.read_bytes()


def test_graphs_are_saved_where_standard_output_takes_no_bytes(tmp_path, monkeypatch):
    graph = random_graph(300, 5.0, 1)
    monkeypatch.setattr("sys.stdout", io.StringIO())  # as in a notebook
    save_graph(graph, tmp_path / "a.graph")
    assert open_graph(tmp_path / "a.graph").fingerprint == graph.fingerprint


def test_a_mapped_graph_knows_its_fingerprint(tmp_path):
    graph = random_graph(300, 5.0, 1)
    save_graph(graph, tmp_path / "a.graph")
    opened = open_graph(tmp_path / "a.graph")
    assert opened.stored_fingerprint == opened.fingerprint == graph.fingerprint
    assert replace(opened, name="b").fingerprint == graph.fingerprint
    part = opened.subgraph(np.arange(200))
    assert part.stored_fingerprint is None
    assert part.fingerprint == graph.subgraph(np.arange(200)).fingerprint != graph.fingerprint


def test_sketches_of_a_mapped_graph_are_the_same(tmp_path):
    graph = random_graph(2000, 5.0, 1)
    save_graph(graph, tmp_path / "a.graph")
    first, second = sketch(graph, num_probes=2), sketch(open_graph(tmp_path / "a.graph"), num_probes=2)
    np.testing.assert_array_equal(first.alpha, second.alpha)
    assert first.fingerprint == second.fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-1], "the graph file is truncated"),
        (lambda data: data[:9], "the graph file is truncated"),
        (lambda data: b"x" + data[1:], "expected a graph that graphspec convert wrote"),
        (lambda data: data.replace(b'"version": 1', b'"version": 9'), r"later version of graphspec \(format 9\)"),
        (lambda data: data.replace(b'"indices": [', b'"indices": [9'), "damaged"),
        (lambda data: data.replace(b'"sha256"', b'"sha257"'), "damaged"),
    ],
)
def test_damaged_files_are_errors(change, message, tmp_path):
    path = tmp_path / "a.graph"
    save_graph(random_graph(50, 4.0, 1), path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InputError, match=message):
        open_graph(path)


def test_the_layout_is_what_the_format_says(tmp_path):
    path = tmp_path / "a.graph"
    graph = random_graph(50, 4.0, 1)
    save_graph(graph, path)
    data = path.read_bytes()
    length = int.from_bytes(data[-16:-8], "little")
    assert data[:8] == data[-8:] == MAGIC
    place, count = json.loads(data[-16 - length : -16])["arrays"]["indices"]
    assert place % 64 == 0
    np.testing.assert_array_equal(np.frombuffer(data, "<i4", count, place), graph.indices)


def test_remarks_are_kept(tmp_path):
    graph = Graph.from_edges([0, 1], [1, 2])
    for remarks in ((), ("took columns 1 and 2 of 3 for the edge", "read x from the archive")):
        save_graph(replace(graph, remarks=remarks), tmp_path / "a.graph")
        assert open_graph(tmp_path / "a.graph").remarks == remarks
