"""Numbers before rows, marks around all ids of a column, and tables of vertices that only comments name."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

TRIANGLE = {("ann", "bob"), ("bob", "eve"), ("ann", "eve")}
ROWS = ("ann{}bob", "bob{}eve", "eve{}ann")


@pytest.mark.parametrize("mark", [" ", "\t", ","])
@pytest.mark.parametrize("before", ["{}:", "{}: ", "  {}: "])
def test_numbers_of_rows_before_a_colon_are_no_ids(mark, before):
    graph = read("".join(before.format(2 * i + 1) + row.format(mark) + "\n" for i, row in enumerate(ROWS)))
    assert set(edges_of(graph)) == TRIANGLE
    assert "left out the numbers before a colon, which count the rows" in graph.remarks[0]


@pytest.mark.parametrize(
    "content", ["3: ann bob\n2: bob eve\n1: eve ann\n", "1: ann\n2: bob\n3: eve\n", "1:a 2:a\n2:a 3:a\n3:a 4:a\n"]
)
def test_other_numbers_before_a_colon_are_ids(content):
    assert {"1", "1:a"} & {str(label) for label in read(content).labels.tolist()}


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_counts_of_rows_are_no_ids_but_weights(mark):
    content = "".join(f"{7 * i + 5:7d} {row.format(mark)}\n" for i, row in enumerate(ROWS))
    graph = read(content)
    assert set(edges_of(graph)) == TRIANGLE
    assert "took the numbers before the rows for counts" in graph.remarks[0]
    assert edges_of(read(content, weighted=True)) == {("ann", "bob"): 5, ("bob", "eve"): 12, ("ann", "eve"): 19}


@pytest.mark.parametrize("form", ["+{0} {1}", "@{0} {1}", "{0}~|~{1}", "{0} >{1}"])
def test_a_mark_of_one_column_alone_is_refused(form):
    rows = [form.format(*row.split("{}")) for row in (*ROWS, "ann{}eve")]
    with pytest.raises(InputError, match=r"expected (ids|an edge), found"):
        read("\n".join(rows))


@pytest.mark.parametrize(
    "content", ["a -> {b, c}\nb -> {c}\nc -> {a}\n", "'a': ['b', 'c'],\n'b': ['c'],\n'c': ['a'],\n"]
)
def test_ids_in_brackets_of_one_column_are_refused(content):
    with pytest.raises(InputError, match=r"expected ids, found|--lists adjacency lists"):
        read(content)
    assert read("{a},{b}\n{b},{c}\n").num_edges == 2


@pytest.mark.parametrize("mark", ["\uff0c", "\u3001", "\u00b7"])
def test_marks_that_look_like_separators_are_named(mark):
    with pytest.raises(InputError, match=f"write a comma for {mark} if it separates them"):
        read(f"ann{mark}bob\nbob{mark}eve\n")


def test_a_mark_of_ids_that_are_others_is_none():
    assert read("ann @rome\nbob @oslo\neve @rome\n").num_edges == 3
    assert read("+1 ann\n+2 bob\n").num_edges == 2
    assert read("-1 1\n-2 2\n-3 1\n").num_edges == 3


@pytest.mark.parametrize("names", ["id\tlabel", "node\tname", "id label", "ID\ttype"])
def test_a_table_of_vertices_below_a_comment_is_refused(names):
    with pytest.raises(InputError, match="what looks like a table of vertices"):
        read(f"# {names}\n1\tann\n2\tbob\n3\teve\n")


def test_a_comment_that_names_vertices_and_shares_ids_is_said():
    graph = read("# node degree\n1 4\n2 3\n3 1\n")
    assert graph.remarks == (
        "took columns node and degree for the edge; they may be a vertex and its attribute, but have ids in common",
    )
    assert read("# node1 node2\n1 4\n2 3\n3 1\n").remarks == read("# a graph\n1 4\n2 3\n3 1\n").remarks == ()


def test_groups_of_counted_vertices_are_said():
    graph = read("".join(f"{i}\t{i % 3}\n" for i in range(1, 31)))
    assert "column 2 has few different values, as groups of vertices do" in graph.remarks[0]
    assert read("".join(f"{i}\t{i // 2}\n" for i in range(1, 31))).remarks == ()


@pytest.mark.parametrize(
    ("content", "meaning"),
    [
        ('structure(list(from = c(1, 2), to = c(2, 3)), class = "data.frame")\n', "an object that R has printed"),
        ("IGRAPH 5a4d U--- 4 3 -- \n+ edges from 5a4d:\n[1] 1--2 2--3\n", "an object that R has printed"),
        ('3 x 3 sparse Matrix of class "dgCMatrix"\n[1,] . 1 .\n', "an object that R has printed"),
        ("COPY public.edges (source, target) FROM stdin;\n1\t2\n", "SQL"),
        ("SRC:ann\nTGT:bob\nVOT:1\n\nSRC:bob\nTGT:eve\nVOT:1\n", "records of names and values"),
        ("format-version: 1.2\n\n[Term]\nid: a\n", "records of names and values"),
        ('(:P {name: "ann"})-[:KNOWS]->(:P {name: "bob"})\n', "paths of Cypher"),
        ("\\draw (1) -- (2);\n\\draw (2) -- (3);\n", "TeX"),
        ("knows(ann, bob).\nknows(bob, eve).\n", "facts in Prolog"),
        ("((ann,bob),eve);\n", "a tree in Newick"),
        ("@startuml\nann --> bob\n@enduml\n", "a diagram of PlantUML"),
        ("AdjacencyGraph\n3\n4\n0\n1\n3\n", "a graph of Ligra"),
        ("##fileformat=VCF\n#CHROM\tPOS\nchr1\t1\n", "a file of genomics"),
        (">seq1\nACGT\n>seq2\nACGA\n", "a file of genomics"),
        ("d41d8cd98f00b204e9800998ecf8427e  edges.txt\n", "checksums of files"),
        ("00000000  31 20 32 0a 32 20 33 0a  |1 2.2 3.|\n", "a dump of bytes"),
        ("2020-01-01 10:00:00 INFO start\n2020-01-01 10:00:01 INFO stop\n", "a log of a program"),
        ("# My graph\n\nThis is a graph of friends.\n", "prose"),
    ],
)
def test_more_texts_are_named(content, meaning):
    with pytest.raises(InputError, match=f"^input: expected an edge list, found what looks like {meaning}"):
        read(content)


def test_texts_that_only_look_so_are_edge_lists():
    for content in ("a: b\nb: c\n\na: d\n", "(1, 2);\n(2, 3);\n", "f(a) f(b)\nf(b) f(c)\n", "c d\nd e\n"):
        assert read(content).num_edges >= 2


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
def test_the_separator_that_excel_declares(line):
    assert set(edges_of(read(f"{line}\r\nann;bob\r\nbob;eve\r\neve;ann\r\n"))) == TRIANGLE


@pytest.mark.parametrize("mark", ["\x01", "\x1f"])
def test_control_characters_between_columns_are_named(mark):
    with pytest.raises(InputError, match=f"control character {ord(mark):#04x} between columns: replace it by a tab"):
        read(f"1{mark}2\n2{mark}3\n")


def test_integer_lists_of_many_lengths_need_no_neighbours_with_rows():
    assert read("1: 900\n2: 3 700 900\n3: 9 900\n").num_edges == 6
