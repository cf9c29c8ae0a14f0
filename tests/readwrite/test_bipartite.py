"""Columns that number two sets of vertices each on its own."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError
from graphspec.readwrite.external_sort import read_large_edges

ROWS = "1,1\n1,2\n2,2\n2,3\n3,1\n"
EDGES = {(1, 4), (1, 5), (2, 5), (2, 6), (3, 4)}


@pytest.mark.parametrize("above", ["%% bip unweighted\n%% 5 3 3\n", "% bip posweighted\n", ":START_ID(A),:END_ID(B)\n"])
def test_two_sets_of_vertices_that_the_file_names(above):
    graph = read(above + ROWS)
    assert (graph.num_nodes, set(edges_of(graph))) == (6, EDGES)
    assert graph.remarks[-1].startswith(
        "counted the ids of the second column on from 3: it is another set of vertices ("
    )
    assert read(above + ROWS, weighted=False, columns=(2, 1)).num_nodes == 6
    apart = read(above + "1,11\n1,12\n2,12\n")
    assert (set(edges_of(apart)), apart.remarks) == ({(1, 11), (1, 12), (2, 12)}, ())
    assert read(above + "0,0\n0,1\n1,1\n").num_nodes == 4


def test_weights_between_two_sets():
    graph = read("% bip weighted\n1 1 5\n1 2 7\n2 1 1\n", weighted=True)
    assert edges_of(graph) == {(1, 3): 5, (1, 4): 7, (2, 3): 1}


@pytest.mark.parametrize(
    "above", ["% sym unweighted\n", ":START_ID(A),:END_ID(A)\n", ":START_ID,:END_ID\n", "% a bip b\n"]
)
def test_one_set_of_vertices(above):
    assert read(above + ROWS).num_nodes == 3


def test_names_that_two_sets_have_in_common_are_an_error():
    with pytest.raises(InputError, match=r"two sets of vertices .'bip' in a comment. with ids in common"):
        read("% bip unweighted\nann,bob\nbob,eve\n")
    with pytest.raises(InputError, match="two sets of vertices"):
        read(f"% bip unweighted\n{2**62},{2**62}\n1,1\n")


@pytest.mark.parametrize("names", ["user_id,item_id", "userId,movieId", "authorid,paper_id"])
@pytest.mark.parametrize("rating", ["", ",5"])
def test_names_of_two_kinds_with_numbers_in_common_are_said(names, rating):
    rows = ROWS.replace("\n", f"{rating}\n")
    graph = read(f"{names}{',rating' if rating else ''}\n{rows}")
    one, other = names.split(",")
    assert graph.num_nodes == 3
    assert f"equal ids in {one} and {other} are one vertex" in graph.remarks[0]


def test_two_sets_cannot_be_read_within_a_limit_of_memory(tmp_path):
    path = tmp_path / "graph.txt"
    path.write_text("% bip unweighted\n" + ROWS)
    with pytest.raises(InputError, match="two sets of vertices cannot be read within a limit of memory"):
        read_large_edges(path, tmp_path, 1 << 30)
