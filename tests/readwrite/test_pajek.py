"""Files of Pajek: sections, labels, and what is no network."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

NAMED = '*Vertices 4\n1 "a"\n2 "b b" 0.1 0.2 0.5 ic Red\n3 "c"\n4 "d"\n'
STAR = {("a", "b b"), ("a", "c"), ("b b", "d")}


@pytest.mark.parametrize(
    "sections",
    [
        "*Arcs\n1 2\n1 3\n2 4\n",
        "*Edges\n1 2 1 c Blue\n1 3 1\n% a comment\n2 4 1\n",
        '*Arcs :1 "friend"\n1 2 1\n1 3 1\n*Edges :2 "foe"\n\n2 4 1\n',
        "*Arcslist\n1 2 3\n2 4\n",
        "*EDGESLIST\n 1 2 3\n*edges\n2 4 1\n",
        "*Matrix\n0 1 1 0\n1 0 0 1\n1 0 0 0\n0 1 0 0\n",
    ],
)
def test_every_section_gives_its_edges(sections):
    assert set(edges_of(read(NAMED + sections))) == STAR
    assert set(edges_of(read(f"% a comment\n*Network x\n{NAMED}{sections}".replace("\n", "\r\n")))) == STAR


def test_a_matrix_of_two_modes_has_columns_for_the_second():
    graph = read(NAMED.replace("*Vertices 4", "*Vertices 4 2") + "*Matrix\n1 0\n1 1\n")
    assert set(edges_of(graph)) == {("a", "c"), ("b b", "c"), ("b b", "d")}


def test_weights():
    assert edges_of(read(NAMED + "*Edges\n1 2 2.5\n2 3\n", weighted=True)) == {("a", "b b"): 2.5, ("b b", "c"): 1}
    # A symmetric matrix is a graph written twice.
    assert edges_of(read("*Vertices 2\n*Matrix\n0 3\n3 0\n", weighted=True)) == {(1, 2): 3}
    for wrong in ("-1", "1e999"):
        with pytest.raises(InputError, match="expected weights that are finite numbers and not negative"):
            read(f"{NAMED}*Edges\n1 2 {wrong}\n", weighted=True)
        assert read(f"{NAMED}*Edges\n1 2 {wrong}\n").num_edges == 1


def test_vertices_without_labels_and_with_common_ones_are_called_by_their_numbers():
    plain = read("*Vertices 4\n*Edges\n1 2\n2 3\n")
    assert (plain.labels.tolist(), plain.num_edges, plain.remarks) == ([1, 2, 3, 4], 2, ())
    alike = read(NAMED.replace('"c"', '"a"') + "*Edges\n1 2\n2 3\n")
    assert (set(edges_of(alike)), alike.num_nodes) == ({(1, 2), (2, 3)}, 4)
    assert alike.remarks == ("called vertices by their numbers, as some share a label or have none",)


def test_a_partition_behind_a_network_is_left_out_and_that_is_said():
    graph = read("*Network x\n*Vertices 3\n*Arcs\n1 2 1\n*Partition p\n*Vertices 3\n1\n2\n1\n")
    assert (set(edges_of(graph)), graph.num_nodes) == ({(1, 2)}, 3)
    assert graph.remarks[0] == "left the section *partition out"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("*Vertices 3\n1\n2\n1\n", "expected *Arcs, *Edges or *Matrix in Pajek, found no edges"),
        ("*Arcs\n1 2 1\n", "expected one network in Pajek, found 0 sections *Vertices"),
        ("*Vertices 2\n*Arcs\n1 2\n*Vertices 2\n*Arcs\n1 2\n", "expected one network in Pajek, found 2 sections"),
        ("*Vertices\n*Arcs\n1 2\n", "expected the number of vertices behind *Vertices, found ''"),
        ("*Vertices 2\n*Arcs\n1 3\n", "line 3: expected vertices from 1 to 2 below *arcs, found '1 3'"),
        ("*Vertices 2\n*Arcslist\n1\n", "line 3: expected vertices from 1 to 2 below *arcslist, found '1'"),
        ('*Vertices 2\n3 "c"\n*Arcs\n1 2\n', "line 2: expected a vertex from 1 to 2 and its label, found '3"),
        ("*Vertices 2\n*Matrix\n0 1\n", "expected 2 rows below *Matrix, found 1"),
        ("*Vertices 2\n*Matrix\n0 1\n1 x\n", "line 4: expected 2 numbers below *Matrix, found '1 x'"),
    ],
)
def test_what_is_no_network_is_an_error(content, message):
    with pytest.raises(InputError) as caught:
        read(content)
    assert str(caught.value).startswith(f"input: {message}" if not message.startswith("line") else f"input, {message}")
