"""Headers that have another number of names than the rows have columns."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

NUMBERS, WORDS = [("10", "20"), ("20", "30"), ("30", "10")], [("ann", "bob"), ("bob", "eve"), ("eve", "ann")]
ROW_NAMES = {
    "subset": ("12", "7", "31"),
    "descending": ("3", "2", "1"),
    "words": ("r1", "r2", "r3"),
    "from 10 on": ("10", "11", "12"),
    "ids": ("20", "30", "40"),
}


def found(graph):
    return {tuple(sorted(map(str, edge))) for edge in edges_of(graph)}


@pytest.mark.parametrize("row_names", ROW_NAMES)
@pytest.mark.parametrize("header", ["from,to,weight", "source,target", "lender,borrower,amount", "u,v", "V1,V2"])
@pytest.mark.parametrize("edges", [NUMBERS, WORDS])
@pytest.mark.parametrize("mark", [" ", ",", "\t"])
def test_one_name_fewer_than_columns_is_that_of_the_row_names(row_names, header, edges, mark):
    weights = ["1", "1", "2"] if header.count(",") == 2 else None
    rows = [
        mark.join([name, *edge, *([weights[number]] if weights else [])])
        for number, (name, edge) in enumerate(zip(ROW_NAMES[row_names], edges, strict=True))
    ]
    content = "\n".join([header.replace(",", mark), *rows])
    graph = read(content)
    assert found(graph) == {tuple(sorted(edge)) for edge in edges}
    assert graph.dropped.header_lines == 1
    assert any("for names of rows (--columns takes others)" in remark for remark in graph.remarks)
    if weights:
        assert sorted(edges_of(read(content, weighted=True)).values()) == [1, 1, 2]


@pytest.mark.parametrize("header", ["source target", "lender borrower", "0 1"])
def test_a_frame_that_pandas_prints(header):
    names = header.split()
    content = f"    {names[0]:>7} {names[1]:>7}\n10      ann     bob\n11      bob     eve\n12      eve     ann\n"
    assert found(read(content)) == {tuple(sorted(edge)) for edge in WORDS}


def test_quoted_row_names():
    content = '"lender" "borrower"\n"3" "ann" "bob"\n"9" "bob" "eve"\n"11" "eve" "ann"\n'
    assert found(read(content)) == {tuple(sorted(edge)) for edge in WORDS}


@pytest.mark.parametrize(
    "content",
    [
        "from to\n1 2 5\n1 3 4\n2 3 7\n",
        "from to\n1 2 0.5\n2 3 0.7\n3 1 0.5\n",
        "source target\n1 2 friend\n2 3 foe\n1 3 foe\n",
        "source target\n1 2 2020-01-01\n2 3 2020-01-02\n3 1 2020-01-03\n",
    ],
)
def test_a_column_of_values_or_of_repeated_ids_is_no_row_name_and_that_is_said(content):
    graph = read(content)
    assert found(graph) == {("1", "2"), ("2", "3"), ("1", "3")}
    assert graph.remarks[0] == "took 2 names for the first of 3 columns (--columns takes others)"


def test_an_edge_that_lacks_a_column_is_no_header():
    with pytest.raises(InputError, match="line 2: expected 2 columns as on line 1, found 3"):
        read("ann bob\nbob eve 3\neve ann 4\n")
    assert found(read("a,b\n1,2,\n2,3,\n")) == {("1", "2"), ("2", "3")}


@pytest.mark.parametrize(
    "content",
    [
        "id,source,target,weight\n10,20,5\n20,30,6\n30,10,7\n",
        "source\ttarget\tweight\n10\t20\n20\t30\n",
        "id author editor\nann bob\nbob eve\n",
    ],
)
def test_more_names_than_columns_are_an_error(content):
    width = len(content.split("\n")[1].replace("\t", ",").replace(" ", ",").split(","))
    with pytest.raises(InputError, match=f"line 1: expected {width} names, as many as there are columns, found"):
        read(content, header=True)
    if "author" not in content:
        with pytest.raises(InputError, match="names, as many as there are columns"):
            read(content)
        with pytest.raises(InputError, match="names, as many as there are columns"):
            read(content, columns=("source", "target"))
    assert read(content, header=True, columns=(1, 2)).num_edges > 0


def test_empty_names_at_the_end_of_a_header_are_none():
    assert found(read("source,target,,\n1,2\n2,3\n")) == {("1", "2"), ("2", "3")}
