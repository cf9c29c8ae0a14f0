"""Text of edge lists: line ends, comments, encodings, dictionaries."""

import networkx as nx
import pytest
from edgelists import TRIANGLE, edges_of, read

from graphspec.errors import InputError
from graphspec.readwrite.edgelist import read_edges


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end, last):
    lines = ["# c", "0\t1", "", "1\t2", "% d", "2\t3"]
    graph = read(end.join(lines) + end * last)
    assert edges_of(graph) == {(0, 1): 1, (1, 2): 1, (2, 3): 1}
    assert graph.dropped.comment_lines == 2
    with pytest.raises(InputError, match="line 7: expected 2 columns as on line 2, found 1 in '3'"):
        read(end.join([*lines, "3"]) + end * last)


def test_comment_lines_anywhere():
    graph = read("# a\n  % b\n0 1\n#c\n1 2\n\t# d\n")
    assert (graph.num_edges, graph.dropped.comment_lines) == (2, 4)
    latin = read(b"# caf\xe9\n0 1\n# \xe9\n1 2\n")
    assert (latin.num_edges, latin.dropped.comment_lines) == (2, 2)


def test_comment_option_replaces_the_marks():
    content = "! a\n0 1\n; b\n1 2\n"
    graph = read(content, comment="!;")
    assert (graph.num_edges, graph.dropped.comment_lines) == (2, 2)
    with pytest.raises(InputError, match="line 3"):
        read(content, comment="!")
    assert read("#a #b\n#b #c\n", comment="").labels.tolist() == ["#a", "#b", "#c"]
    assert read("a#1 b%20\nb%20 c\n").labels.tolist() == ["a#1", "b%20", "c"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings_with_a_byte_order_mark(encoding):
    assert set(edges_of(read("ann bob\nbob Zo\u00eb\n".encode(encoding)))) == {("ann", "bob"), ("Zo\u00eb", "bob")}


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_without_one(encoding):
    with pytest.raises(InputError, match=f"found what looks like {encoding}: add --encoding {encoding}$"):
        read(TRIANGLE.encode(encoding))
    assert read(TRIANGLE.encode(encoding), encoding=encoding).num_edges == 3


def test_encoding_option():
    content = "ann,Jos\u00e9\nJos\u00e9,bob\n"
    assert set(read(content.encode("latin-1"), encoding="latin-1").labels) == {"ann", "bob", "Jos\u00e9"}
    with pytest.raises(InputError, match=r"line 1: expected text in the encoding ascii, found other bytes$"):
        read(content.encode(), encoding="ascii")
    with pytest.raises(InputError, match=r"line 1: .*: name it, as --encoding cp1252$"):
        read(content.encode("latin-1"))
    with pytest.raises(InputError, match=r"line 1: .*: name it, as --encoding shift_jis$"):
        read("\u6771\u4eac,\u5927\u962a\n".encode("shift_jis"))
    for encoding, words in (
        ("gb18030", "\u5317\u4eac,\u4e0a\u6d77"),
        ("cp1251", "\u043c\u043e\u0441\u043a\u0432\u0430,\u0443\u0444\u0430"),
    ):
        with pytest.raises(InputError, match=f"line 1: .*: name it, as --encoding {encoding}$"):
            read(f"{words}\n".encode(encoding))
        assert read(f"{words}\n".encode(encoding), encoding=encoding).labels.tolist() == sorted(words.split(","))
    with pytest.raises(InputError, match=r"line 1: expected text as its byte order mark says \(utf-16\)"):
        read(b"\xff\xfea\0 \0b")


@pytest.mark.parametrize("content", [b"0 1\n1 \x002\n" * 9, b"0 1\x01\n", bytes(range(256))])
def test_binary_content(content):
    with pytest.raises(InputError, match=r"expected an edge list in text, found a binary file$"):
        read(content)


def test_networkx_dictionaries(tmp_path):
    network = nx.Graph()
    network.add_edge(0, 1, weight=3, note="a b, c")
    network.add_edge(1, 2, weight=0.5)
    path = tmp_path / "nx.edgelist.gz"
    nx.write_edgelist(network, path)
    assert set(edges_of(read_edges(path))) == {(0, 1), (1, 2)}
    assert edges_of(read_edges(path, weighted=True)) == {(0, 1): 3.0, (1, 2): 0.5}
    assert read("0 1 {}\n1 2 {'a': 1, 'b': 2}\n").num_edges == 2
    assert read("a,b,{}\nb,c,{}\n").labels.tolist() == ["a", "b", "c"]
    for wrong in ("{}", "{'weight': 'x'}", "{'weight': nan}", "{'weight'}", "{'weight': [1]}"):
        with pytest.raises(InputError, match="line 3: expected a dictionary with the entry 'weight', found"):
            read(f"# c\n0 1 {{'weight': 1}}\n1 2 {wrong}\n", weighted=True)
    with pytest.raises(InputError, match="line 2: expected a weight"):
        read("0 1 {'weight': 1}\n1 2 {'weight': -1}\n", weighted=True)
