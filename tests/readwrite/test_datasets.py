"""The catalogue of datasets, and the graphs that the package ships."""

import os

import networkx as nx
import numpy as np
import pytest

from graphspec import Graph, InputError
from graphspec.readwrite.datasets import DATA_VARIABLE, datasets, load_dataset

SHIPPED = {"karate": nx.karate_club_graph, "les-miserables": nx.les_miserables_graph}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("weighted", [False, True])
def test_shipped_graphs_are_those_of_networkx(name, weighted):
    graph = load_dataset(name, weighted=weighted)
    expected = Graph.from_networkx(SHIPPED[name](), "weight" if weighted else None, name=name)
    assert graph.fingerprint == expected.fingerprint
    assert (graph.name, graph.sha256, graph.dropped) == (expected.name, expected.sha256, expected.dropped)
    assert (graph.weights is None) == (not weighted)
    if expected.labels is None:
        assert graph.labels is None
    else:
        assert graph.labels.dtype == expected.labels.dtype
        np.testing.assert_array_equal(graph.labels, expected.labels)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_graphs_need_no_data_folder(name, monkeypatch):
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    graph, entry = load_dataset(name), datasets()[name]
    assert (graph.num_nodes, graph.num_edges) == (entry.nodes, entry.edges)
    assert {item for item, entry in datasets().items() if entry.sha256 is None} == set(SHIPPED)


def test_files_are_looked_for_in_the_data_folder(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"^nowhere: no such dataset; the catalogue has ca-condmat, "):
        load_dataset("nowhere")
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(InputError, match=f"^facebook: set {DATA_VARIABLE} to the folder"):
        load_dataset("facebook")
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    with pytest.raises(InputError, match=r"facebook_combined\.txt does not exist: put the file there"):
        load_dataset("facebook")
    (tmp_path / "facebook_combined.txt").write_text("0 1\n")
    with pytest.raises(InputError, match="is not the file that the catalogue knows: its checksum differs"):
        load_dataset("facebook")


@pytest.mark.data
@pytest.mark.skipif(DATA_VARIABLE not in os.environ, reason=f"{DATA_VARIABLE}, the folder of the files, is not set")
@pytest.mark.parametrize("name", [name for name, entry in datasets().items() if entry.sha256])
def test_files_are_as_the_catalogue_says(name):
    graph, entry = load_dataset(name), datasets()[name]
    assert (graph.name, graph.sha256) == (name, entry.sha256)
    assert (graph.num_nodes, graph.num_edges) == (entry.nodes, entry.edges)
