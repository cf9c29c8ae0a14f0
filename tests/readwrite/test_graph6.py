"""graph6, sparse6 and digraph6, with and without the header that names them, and words that look like them."""

import io
import zipfile

import networkx as nx
import numpy as np
import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError
from graphspec.readwrite import read_edges, read_large_edges

SAID = "took the line for a graph in {} (no header names the format)"


def digraph6(matrix):
    bits = np.asarray(matrix, np.uint8).ravel()
    bits = np.concatenate([bits, np.zeros(-len(bits) % 6, np.uint8)]).reshape(-1, 6)
    codes = bits @ (1 << np.arange(5, -1, -1)) + 63
    return b"&" + bytes([63 + len(matrix), *codes.tolist()]) + b"\n"


@pytest.mark.parametrize("network", [nx.petersen_graph(), nx.gnp_random_graph(70, 0.2, seed=1), nx.star_graph(9)])
@pytest.mark.parametrize(("form", "suffix"), [("graph6", ".g6"), ("sparse6", ".s6")])
def test_a_graph_without_a_header_is_read_and_said_unless_the_suffix_names_it(network, form, suffix):
    stored = getattr(nx, f"to_{form}_bytes")(network, header=False)
    graph = read(stored)
    assert set(edges_of(graph)) == {tuple(sorted(edge)) for edge in network.edges}
    assert (graph.num_nodes, graph.remarks) == (len(network), (SAID.format(form),))
    for name in (f"x{suffix}", f"X{suffix.upper()}", f"x{suffix}.gz"):
        assert read_edges(io.BytesIO(stored), name=name).remarks == ()
    assert read(f">>{form}<<".encode() + stored).remarks == ()
    assert read(stored.replace(b"\n", b"\r\n")).num_edges == graph.num_edges


@pytest.mark.parametrize("header", [b"", b">>digraph6<<"])
def test_both_directions_of_digraph6_are_united(header):
    matrix = np.zeros((9, 9), int)
    matrix[[0, 1, 8, 4], [1, 0, 2, 4]] = 1
    graph = read(header + digraph6(matrix))
    assert set(edges_of(graph)) == {(0, 1), (2, 8)}
    assert (graph.num_nodes, graph.dropped.self_loops, graph.dropped.duplicate_edges) == (9, 1, 1)


def test_short_graphs_need_a_header_or_a_suffix():
    for line in (b"Bw\n", b"DQc\n", b"Hotmail\n"):
        with pytest.raises(InputError, match="found one word, which may be a graph in graph6: if so, write >>graph6<<"):
            read(line)
    assert read_edges(io.BytesIO(b"Bw\n"), name="k3.g6").num_edges == 3
    assert read_edges(io.BytesIO(b"?\n"), name="none.g6").num_nodes == 0


@pytest.mark.parametrize("header", [b"", b">>graph6<<"])
@pytest.mark.parametrize("name", ["x.g6", "x.txt"])
def test_several_graphs_are_refused_by_name(header, name):
    lines = [nx.to_graph6_bytes(network, header=False) for network in (nx.petersen_graph(), nx.path_graph(12))]
    with pytest.raises(
        InputError, match=r"^x.*: expected one graph, found 2 in graph6: write each to a file of its own"
    ):
        read_edges(io.BytesIO(header + b"".join(lines)), name=name)


@pytest.mark.parametrize(
    ("stored", "cause"),
    [
        (b">>graph6<<IheA@GUA\n", "it should have 8 characters behind the number of vertices, not 7"),
        (b">>graph6<<I\x1fheA@GUA\n", "control character 0x1f"),
        (b">>graph6<<DQd\n", "its last character has bits behind the end"),
        (b">>graph6<<~?\n", "it is truncated"),
        (b">>graph6<<I he\n", "found 2 in graph6"),
        (b">>sparse6<<;Fa@x^\n", "incremental sparse6"),
    ],
)
def test_damaged_graphs_are_refused(stored, cause):
    with pytest.raises(InputError, match=cause):
        read(stored)


def test_a_suffix_does_not_make_a_graph_of_an_edge_list():
    assert read_edges(io.BytesIO(b"0 1\n1 2\n"), name="x.g6").num_edges == 2
    assert read_edges(io.BytesIO(b"ann|bob\nbob|eve\n"), name="x").num_edges == 2


def test_the_suffix_in_an_archive_names_the_format():
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("x/k3.g6", "Bw\n")
    graph = read_edges(io.BytesIO(stored.getvalue()), name="x.zip")
    assert (graph.num_edges, graph.remarks) == (3, ("read x/k3.g6 from the archive",))


def test_blank_lines_around_a_graph_are_none():
    assert read(b"\n\nIheA@GUAo\n\n").num_edges == 15


def test_weights_are_one_and_memory_is_not_limited(tmp_path):
    graph = read(b">>graph6<<Bw\n", weighted=True)
    assert (graph.degrees.tolist(), graph.remarks) == ([2, 2, 2], ("no edge has a weight: each counts 1",))
    (tmp_path / "x.g6").write_bytes(b"IheA@GUAo\n")
    with pytest.raises(InputError, match="graph6 cannot be read within a limit of memory"):
        read_large_edges(tmp_path / "x.g6", tmp_path, 1 << 20)
