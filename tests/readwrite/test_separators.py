"""The separator of rows that several marks split into equally many fields, where no id comes back."""

import pytest
from edgelists import edges_of, read

from graphspec import InputError


@pytest.mark.parametrize(
    ("content", "first"),
    [
        # Decimal commas behind two columns.
        ("u1 x 0,5\nu2 y 1,5\nu3 x 2,5\n", ("u1", "x")),
        ("u1;x;0,5\nu2;y;1,5\nu3;x;2,5\n", ("u1", "x")),
        ("7::x::5,0\n8::y::4,5\n", ("7", "x")),
        ("u1 x 1,5e3\nu2 y -2,5\n", ("u1", "x")),
        # Parts of both ids.
        (
            "std::vector,std::allocator\nstd::map,std::allocator\nstd::set,std::less\n",
            ("std::allocator", "std::vector"),
        ),
        ("2001:db8::1,2001:db8::9\n2001:db8::2,2001:db8::9\n", ("2001:db8::1", "2001:db8::9")),
        ("sp|P1|A sp|Q1|B\nsp|P2|A sp|Q1|B\n", ("sp|P1|A", "sp|Q1|B")),
        ("title|x,genre|a\ntitle|y,genre|a\n", ("genre|a", "title|x")),
        ("Lee; A,Roe; B\nPoe; B,Doe; C\n", ("Lee; A", "Roe; B")),
        ("New York,Los Angeles\nSan Jose,Des Moines\n", ("Los Angeles", "New York")),
        # The first mark of every row.
        ("ann,a;b\nbob,c;d\neve,a;b\n", ("a;b", "ann")),
        ("1,Action|Comedy\n2,Drama|War\n3,Drama|Crime\n", ("1", "Action|Comedy")),
        ("paper1;Smith, John\npaper2;Miller, John\n", ("Smith, John", "paper1")),
        ("u1|x|a,b\nu2|y|c,d\n", ("u1", "x")),
        ("std::vector,int\nstd::vector,char\nstd::list,int\n", ("int", "std::vector")),
        # A tab, and what blanks are to a comma.
        ("a b\tc,d\ne f\tg,h\n", ("a b", "c,d")),
        ("Salt Lake City,Denver\nNew York City,Boston\n", ("Denver", "Salt Lake City")),
        ("San Jose,Boston\nNew York,Chicago\n", ("Boston", "San Jose")),
    ],
)
def test_the_mark_between_columns_is_the_outer_one(content, first):
    pairs = set(edges_of(read(content)))
    assert first in pairs
    assert len(pairs) == content.count("\n")


def test_decimal_commas_are_weights():
    assert set(edges_of(read("u1 x 0,5\nu2 y 1,5\n", weighted=True)).values()) == {0.5, 1.5}


def test_a_tie_of_blanks_and_another_mark_is_said():
    rows = ["u1 x a,b", "u2 y b,c", "u3 x c,a", "u4 y c,d"]
    graph = read("\n".join(rows))
    assert ("u1", "x") in set(edges_of(graph))
    assert "took blanks for the separator; every row has as many commas, too (--delimiter comma)" in graph.remarks
    assert ("b", "u1 x a") in set(edges_of(read("\n".join(rows), delimiter="comma")))
    graph = read("Salt Lake City,Denver\nNew York City,Boston\n")
    assert "took commas for the separator; every row has as many blanks, too (--delimiter space)" in graph.remarks
    for clear in (
        "u1 u2 a,b\nu2 u3 b,c\nu3 u1 c,a\n",
        "New York,Los Angeles\nSan Jose,Des Moines\n",
        "1 2 a,b\n3 4 c,d\n",
    ):
        assert not any("for the separator" in remark for remark in read(clear).remarks)


@pytest.mark.parametrize("header", ["source, target, label\n", '"source", "target", "label"\n', ""])
@pytest.mark.parametrize("rows", ["ann, bob, foe\nbob, eve, friend\n", '"ann", "bob", "foe"\n"bob", "eve", "friend"\n'])
def test_a_blank_behind_every_mark_is_no_separator(header, rows):
    assert set(edges_of(read(header + rows))) == {("ann", "bob"), ("bob", "eve")}


def test_a_separator_that_no_row_has_is_an_error():
    # Rows of one column are no edges, however many there are.
    with pytest.raises(InputError, match="line 1: expected at least 2 columns, found '1 2'"):
        read("".join(f"{number} {number + 1}\n" for number in range(1, 100)), delimiter=",")


def test_the_separator_of_a_header_is_that_of_the_rows():
    content = ",from,to,label\n0,joe (4),bob (1),foe\n1,ann (0),dan (3),foe\n2,dan (3),bob (1),friend\n"
    assert ("bob (1)", "joe (4)") in set(edges_of(read(content)))
