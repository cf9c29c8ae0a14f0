"""Adjacency lists of which some rows have one neighbour, and names that only look like lists."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

CHAIN = [f"n{i}\tn{i + 1}\n" for i in range(3000)]
SAID = "took ids such as '{}' for one vertex each (--delimiter splits elsewhere)"
NUMBERS = [f"{i}\t{i + 1}\n" for i in range(3000)]


@pytest.mark.parametrize(
    "content",
    [
        *[f"ann{mark}bob,eve\nbob{mark}eve\neve{mark}ann\n" for mark in ("\t", ";", "|", " ", "=>")],
        *[f"ann\tbob{mark}eve\nbob\teve\neve\tann\n" for mark in (";", "|", " ", ", ")],
        "ann -> bob, eve\nbob -> eve\neve -> ann\n",
        "bob,eve\tann\neve\tbob\nann\tbob\n",
        'ann,"bob,eve"\nbob,eve\neve,ann\n',
        "10\t20 30\n20\t30\n30\t10\n40\t10 20\n",
        "10\t20,30\n20\t30\n30\t10\n40\t10,20\n",
        "10\t21,31\n20\t30\n30\t10\n40\t11,21\n",  # the neighbours have no rows of their own
        "0\t1,2,3\n1\t2\n2\t3\n",
        "".join([*CHAIN, "n5\tn9,n10\n"]),
        "".join([*CHAIN, "n5\tn9 n10\n"]),
        "".join([*NUMBERS, "5\t9,10\n"]),
        "".join([*NUMBERS, "5\t9 10\n"]),
    ],
)
def test_a_list_of_other_ids_is_no_id(content):
    with pytest.raises(InputError, match=r"line [0-9]+: expected an edge, found what looks like adjacency lists, such"):
        read(content)


def test_columns_take_a_list_for_one_id():
    assert set(edges_of(read("ann\tbob,eve\nbob\teve\n", columns=(1, 2)))) == {("ann", "bob,eve"), ("bob", "eve")}


def test_ids_that_hold_an_id_and_something_else_are_said():
    graph = read("ann\tbob,eve\nbob\teve,dan\n")
    assert (graph.num_nodes, graph.remarks[-1]) == (4, SAID.format("bob,eve"))
    assert read("ann,a;b\nbob,c;d\neve,a;b\n").remarks == (SAID.format("a;b"),)


@pytest.mark.parametrize(
    "content",
    [
        "paper1\tSmith, John\npaper2\tMiller, John\npaper3\tCher\n",
        "learning\tmachine learning\nmachine\tlearning\n",
        "Lee; A,Roe; B\nRoe; B,Poe; C\nPoe; C,Lee; A\n",
        "York\tNew York\nNew York\tNew\nNew\tYork\n",
        '"1,5","2,5"\n"2,5","3,5"\n"3,5","1,5"\n',
    ],
)
def test_names_with_marks_are_ids(content):
    graph = read(content)
    assert graph.num_edges == content.count("\n")
    assert not any("such as" in remark for remark in graph.remarks)
