"""Adjacency lists: by a colon behind every vertex, or where they are asked for."""

import networkx as nx
import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError, ParameterError
from graphspec.readwrite import read_large_edges

SAID = "took every row for a vertex and its neighbours"
TRIANGLE = {("ann", "bob"), ("ann", "eve"), ("bob", "eve")}


@pytest.mark.parametrize(
    "content",
    [
        "ann: bob, eve\nbob: eve\n",
        "ann: bob, eve\nbob: eve\neve: ann\n",
        "ann: bob,eve\nbob: ann,eve\neve: ann,bob\n",
        "ann: bob eve\nbob: eve\neve: ann\n",
        "ann: bob eve\nbob: ann eve\neve: ann bob\n",
        "ann : bob; eve\nbob : eve\neve:\n",
        "ann: [bob, eve]\nbob: [eve]\neve: []\n",
        "ann: ['bob', 'eve']\nbob: ['eve']\n",
        "# friends\nann:\tbob\teve\nbob:\teve\n",
    ],
)
def test_lists_behind_a_colon_are_read_and_said(content):
    graph = read(content)
    assert set(edges_of(graph)) == TRIANGLE
    assert graph.remarks[-1].startswith(SAID)


def test_vertices_without_neighbours_are_kept():
    graph = read("1: 2, 3\n2: 3\n3:\n4:\n")
    assert (graph.num_nodes, graph.num_edges, graph.labels.tolist()) == (4, 3, [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("content", "meaning"),
    [
        ("title: graphs, trees\nauthor: ann\nyear: 1999\n", "settings"),
        ("paper1: Smith, John\npaper2: Miller, John\npaper3: Cher\n", "settings, .*--lists adjacency lists"),
    ],
)
def test_settings_are_no_lists(content, meaning):
    with pytest.raises(InputError, match=meaning):
        read(content)


def test_rows_of_two_ids_with_a_colon_are_edges():
    assert read("1: 2\n2: 3\n").remarks == ()
    assert read("ann: bob, eve\nbob: eve\n", columns=(1, 2)).num_nodes == 4


@pytest.mark.parametrize(
    "content",
    [
        "ann bob eve\nbob eve\n",
        "ann,bob,eve\nbob,eve\n",
        "ann\tbob\teve\nbob\teve\neve\n",
        "ann\tbob,eve\nbob\teve\n",
        "ann bob,eve\nbob eve\n",
        "ann;bob;eve\nbob;eve\n",
        "ann -> bob, eve\nbob -> eve\n",
        'ann,"bob,eve"\nbob,eve\n',
        'node,neighbors\nann,"bob,eve"\nbob,eve\n',
        "ann: bob: eve\nbob: eve\n",
    ],
)
def test_lists_are_read_where_they_are_asked_for(content):
    options = {"delimiter": ":"} if content.count(":") > 2 else {}
    graph = read(content, lists=True, **options)
    assert set(edges_of(graph)) == TRIANGLE
    assert not any(remark.startswith(SAID) for remark in graph.remarks)


def test_lists_of_networkx_are_read():
    network = nx.gnp_random_graph(40, 0.1, seed=3)
    graph = read("\n".join(nx.generate_adjlist(network)) + "\n", lists=True)
    assert (graph.num_nodes, set(edges_of(graph))) == (40, {tuple(sorted(edge)) for edge in network.edges})


def test_names_with_blanks_are_ids_between_commas():
    graph = read("New York: Los Angeles, Paris\nParis: New York\nLos Angeles: Paris\n")
    assert ("Los Angeles", "New York") in set(edges_of(graph))


def test_missing_values_follow_the_option():
    content = "1 2 NA\n2 3\n"
    with pytest.raises(InputError, match=r"line 1: expected a vertex and its neighbours .*found '1 2 NA'"):
        read(content, lists=True)
    graph = read(content, lists=True, missing="drop")
    assert (graph.num_edges, graph.dropped.missing_values) == (2, 1)
    assert read(content, lists=True, missing="keep").num_edges == 3


def test_what_lists_exclude(tmp_path):
    for options in ({"matrix": True}, {"columns": (1, 2)}, {"weighted": True}):
        with pytest.raises(ParameterError, match=f"leave `{next(iter(options))}` out"):
            read("1 2\n", lists=True, **options)
    with pytest.raises(InputError, match="found adjacency lists, which have none"):
        read("1: 2, 3\n2: 3\n", weighted=True)
    with pytest.raises(InputError, match="no edges found"):
        read("# nothing\n", lists=True)
    (tmp_path / "x").write_text("1: 2, 3\n2: 3\n")
    with pytest.raises(InputError, match="adjacency lists cannot be read within a limit of memory"):
        read_large_edges(tmp_path / "x", tmp_path, 1 << 20)
