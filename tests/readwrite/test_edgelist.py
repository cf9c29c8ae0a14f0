"""Reading and writing edge lists: formats, detection, options, errors, round trips, real files."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import sys
import zipfile
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import io as scipy_io
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from graphspec.errors import InputError
from graphspec.graphs.graph import Graph
from graphspec.readwrite.edgelist import read_edges, write_edges, write_labels


def read(content, **options):
    """Read an edge list given as text or bytes."""
    stored = content.encode() if isinstance(content, str) else content
    return read_edges(io.BytesIO(stored), **options)


def edges_of(graph):
    """Return {(id, id): weight} with ids as in the input."""
    labels = range(graph.num_nodes) if graph.labels is None else graph.labels.tolist()
    entries = sparse.triu(graph.adjacency()).tocoo()
    ends = zip(entries.row.tolist(), entries.col.tolist(), strict=True)
    return {(labels[i], labels[j]): value for (i, j), value in zip(ends, entries.data.tolist(), strict=True)}


def zstd(data):
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


TRIANGLE = "0 1\n1 2\n2 0\n"
PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd}


# --- where the bytes come from ---------------------------------------------------------------------------------------


def test_path_name_and_checksum(tmp_path):
    path = tmp_path / "toy.txt"
    path.write_text(TRIANGLE)
    for source in (path, str(path)):
        graph = read_edges(source)
        assert graph.name == str(path)
        assert graph.sha256 == hashlib.sha256(TRIANGLE.encode()).hexdigest()
        assert (graph.num_nodes, graph.num_edges, graph.labels) == (3, 3, None)
    assert read_edges(path, name="toy").name == "toy"
    with path.open("rb") as stream:
        assert read_edges(stream).name == str(path)
    assert read(TRIANGLE).name == "input"


@pytest.mark.parametrize("pack", [bytes, *PACKERS.values()])
def test_standard_input_is_told_apart_by_content(monkeypatch, pack):
    stored = pack(TRIANGLE.encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stored)))
    graph = read_edges("-")
    assert graph.name == "-"
    assert graph.num_edges == 3
    assert graph.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("kind", PACKERS)
def test_compression_is_told_by_content_whatever_the_suffix(tmp_path, kind):
    stored = PACKERS[kind](TRIANGLE.encode())
    path = tmp_path / "toy.txt"
    path.write_bytes(stored)
    graph = read_edges(path)
    assert graph.num_edges == 3
    assert graph.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize("kind", PACKERS)
def test_compressed_members_may_follow_each_other(kind):
    assert read(PACKERS[kind](b"0 1\n") + PACKERS[kind](b"1 2\n")).num_edges == 2


@pytest.mark.parametrize("kind", PACKERS)
def test_truncated_compression(kind):
    stored = PACKERS[kind]("".join(f"{i} {i * i}\n" for i in range(2000)).encode())
    with pytest.raises(InputError, match=r"^toy: the \w+ data is truncated$"):
        read(stored[: len(stored) // 2], name="toy")


@pytest.mark.parametrize("kind", PACKERS)
def test_damaged_compression(kind):
    stored = bytearray(PACKERS[kind]("".join(f"{i} {i * i}\n" for i in range(2000)).encode()))
    middle = len(stored) // 2
    stored[middle : middle + 40] = bytes(255 - byte for byte in stored[middle : middle + 40])
    with pytest.raises(InputError, match=r"is (damaged|truncated)"):
        read(bytes(stored))


def test_unreadable_sources(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"missing.txt: cannot be read \(No such file or directory\)$"):
        read_edges(tmp_path / "missing.txt")
    with pytest.raises(InputError, match=r"cannot be read \(Is a directory\)$"):
        read_edges(tmp_path)
    with pytest.raises(InputError, match=r"cannot be read .*null"):
        read_edges("a\0b")
    with pytest.raises(InputError, match="binary mode, found one that gives str"):
        read_edges(io.StringIO("0 1\n"))

    def denied(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InputError, match=r"secret: cannot be read \(Permission denied\)$"):
        read_edges("secret")


@pytest.mark.parametrize("content", ["", b"", gzip.compress(b"", mtime=0)])
def test_empty_file(content):
    with pytest.raises(InputError, match=r"^input: no edges found, the file is empty$"):
        read(content)


@pytest.mark.parametrize("content", ["\n", "# a\n% b", "  \n# a\n\n", "source,target\n", "\ufeff\n"])
def test_no_rows(content):
    with pytest.raises(InputError, match="no edges found, there are only comments"):
        read(content)
    with pytest.raises(InputError, match="no edges found"):
        read("1 2\n", header=True)


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end, last):
    lines = ["# c", "0\t1", "", "1\t2", "% d", "2\t3"]
    graph = read(end.join(lines) + end * last)
    assert edges_of(graph) == {(0, 1): 1, (1, 2): 1, (2, 3): 1}
    assert graph.dropped.comment_lines == 2
    with pytest.raises(InputError, match="line 7: expected 2 columns as on line 2, found 1 in '3'"):
        read(end.join([*lines, "3"]) + end * last)


@pytest.mark.parametrize(
    "content",
    [
        "0 1\n1 2\n",
        "0\t1\n1\t2\n",
        "0,1\n1,2\n",
        "0;1\n1;2\n",
        "0, 1\n1, 2\n",
        "0 ,1 \n 1 , 2\n",
        "  0 1  \n\t1 2\t\n",
        "0   1\n1 \t 2\n",
        "0 1\n1\t2\n",
        "0\t1\n1 2\n",
        "0\t1\t\n1\t2\n",
        "\n \n0 1\n\n   \n1 2\n\n",
        "\ufeff0 1\n1 2\n",
        "\ufeff# c\n0 1\n1 2\n",
        '"0","1"\n"1","2"\n',
        '"0" "1"\n"1" "2"\n',
        "+0 01\n1 2\n",
        "0 1\n" * 150 + "1  2\n",
        "0 1\n1 2",
    ],
)
def test_separators_blanks_and_quotes(content):
    graph = read(content, header=False)
    assert edges_of(graph) == {(0, 1): 1, (1, 2): 1}
    assert graph.labels is None


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


def test_delimiter_option():
    content = "a b\tc\nc\ta b\n"
    assert read(content, delimiter="\t").labels.tolist() == ["a b", "c"]
    assert read("1,5 2,5\n2,5 3,5\n4,5 3,5 \n", delimiter=" ").labels.tolist() == ["1,5", "2,5", "3,5", "4,5"]
    assert read("0|1\n1|2\n", delimiter="|").num_edges == 2
    with pytest.raises(InputError, match=r"at least 2 columns, found '0.1'"):
        read("0|1\n1|2\n")


def test_ids_with_spaces_between_tabs():
    assert read("New York\tBoston\nParis\tLe Havre\n").labels.tolist() == ["Boston", "Le Havre", "New York", "Paris"]
    assert read("1 2\tx\n2 3\ty\n").num_edges == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_wide_encodings(encoding):
    with pytest.raises(InputError, match=r"found UTF-16 or UTF-32; convert the file to UTF-8$"):
        read(TRIANGLE.encode(encoding))


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\1\2" * 40, b"0 1\n1 \x002\n" * 9, b"0 1\x01\n", bytes(range(256))]
)
def test_binary_content(content):
    with pytest.raises(InputError, match=r"expected an edge list in text, found a binary file$"):
        read(content)


def test_ids_in_another_encoding():
    with pytest.raises(InputError, match=r"line 3: expected UTF-8 text, found another encoding$"):
        read(b"# c\na b\nb \xe9\n")
    assert read("a é\né ß\n").labels.tolist() == ["a", "ß", "é"]


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["id_1,id_2", "Source Target Weight", "from\tto", "FromNodeId ToNodeId", "u v", "author paper", '"a","b"']
)
def test_header_of_names_above_integers(header):
    mark = "," if "," in header else "\t" if "\t" in header else " "
    rows = [(0, 1), (1, 2)]
    if "Weight" in header:
        rows = [(*row, 5) for row in rows]
    graph = read("\n".join([header, *(mark.join(map(str, row)) for row in rows)]))
    assert edges_of(graph) == {(0, 1): 1, (1, 2): 1}
    assert graph.dropped.header_lines == 1


def test_header_of_names_need_not_be_as_wide_as_the_rows():
    assert read("source target\n0 1 5\n1 2 6\n").dropped.header_lines == 1
    assert read("author paper\n0 1 5\n1 2 6\n").dropped.header_lines == 1
    assert read("source target\na b x\nb c y\n").dropped.header_lines == 1
    assert read("id_1 id_2\n0\t1\n1\t2\n").dropped.header_lines == 1


def test_header_of_names_above_names_only_if_well_known():
    graph = read("Source,Target\nann,bob\nbob,eve\n")
    assert (graph.dropped.header_lines, graph.num_edges) == (1, 2)
    graph = read("source,bob\nann,bob\nbob,eve\n")
    assert (graph.dropped.header_lines, graph.num_edges) == (0, 3)


def test_header_of_counts():
    graph = read("3 4\n0 1\n1 2\n2 0\n0 2\n")
    assert (graph.num_nodes, graph.num_edges, graph.dropped.header_lines) == (3, 3, 1)
    assert read("9 2\n0\t1\n1\t2\n").dropped.header_lines == 1
    assert read("3 2\n0 1 7\n1 2 8\n").dropped.header_lines == 1
    weighted = read("3 2\n0 1 7\n1 2 8\n", weighted=True)
    assert (edges_of(weighted), weighted.dropped.header_lines) == ({(0, 1): 7, (1, 2): 8}, 1)
    assert read("3 2\n8 0 1\n8 1 2\n", columns=(2, 3)).dropped.header_lines == 1
    assert read("3 2\na b\nb c\n").labels.tolist() == ["a", "b", "c"]
    assert read("2 3\na b\nb c\n").labels.tolist() == ["2", "3", "a", "b", "c"]


@pytest.mark.parametrize("content", ["2 1\n1 3\n3 2\n", "1 2\n3 4\n1 5\n", "3 3\n0 1\n1 2\n", "2 1"])
def test_first_edge_that_looks_like_counts_is_kept(content):
    graph = read(content)
    assert graph.dropped.header_lines == 0
    first = tuple(sorted(int(word) for word in content.split()[:2]))
    assert first in edges_of(graph) or (first[0] == first[1] and graph.dropped.self_loops == 1)


def test_header_option():
    assert read("7 8\n0 1\n1 2\n", header=True).num_nodes == 3
    assert read("7 8\n0 1\n1 2\n").num_nodes == 5
    assert read("3 2\n0 1\n1 2\n", header=False).num_nodes == 4
    assert read("3 2\n0 1\n1 2\n").num_nodes == 3
    assert read("from to\na b\n", header=False).num_nodes == 4
    assert read("from to\na b\n").num_nodes == 2
    assert read("ann bob\nbob eve\n", header=True).num_nodes == 2
    with pytest.raises(InputError, match=r"line 1: expected two integer ids .* found 'a b'"):
        read("a b\n0 1\n1 2\n", header=False)


def test_counts_in_a_comment_leave_no_header():
    content = "# Nodes: 6 Edges: 12\n10 11\n" + "".join(f"{10 + i} {11 + i}\n" for i in range(5)) * 2 + "12 14\n"
    assert read(content).dropped.header_lines == 0
    assert read(content.partition("\n")[2]).dropped.header_lines == 1


# --- ids -------------------------------------------------------------------------------------------------------------


def test_labels_are_sorted_whatever_the_order_of_rows():
    graph = read("30 10\n10 20\n")
    assert graph.labels.tolist() == [10, 20, 30]
    assert graph.labels.dtype == np.int64
    assert edges_of(graph) == {(10, 20): 1, (10, 30): 1}
    assert read("b a\nc b\n").labels.tolist() == ["a", "b", "c"]
    assert read("2 1\n1 0\n0 2\n").labels is None
    assert read("2 1\n1 3\n3 2\n").labels.tolist() == [1, 2, 3]


@pytest.mark.parametrize("ids", [(2**62, 5, 2**63 - 1), (-3, -1, 4), (-(2**63), 0, 2**63 - 1), (10**9, 10**9 + 1, 1)])
def test_ids_of_any_64_bit_integer(ids):
    a, b, c = ids
    graph = read(f"{a} {b}\n{b} {c}\n")
    assert graph.labels.tolist() == sorted(ids)
    assert set(edges_of(graph)) == {tuple(sorted((a, b))), tuple(sorted((b, c)))}


def test_words_keep_their_spelling():
    graph = read("a 1\na 01\nb 1\n1 c\n")
    assert graph.labels.tolist() == ["01", "1", "a", "b", "c"]
    assert read("NA null\nnull NaN\n").labels.tolist() == ["NA", "NaN", "null"]
    assert read("a , b\nb,a\n").labels.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "word", ["1.0", "1e3", "True", "x", "1_0", "0x10", "99999999999999999999", "9223372036854775808"]
)
@pytest.mark.parametrize("column", [0, 1])
def test_odd_id_among_integers(word, column):
    row = f"{word} 5" if column == 0 else f"5 {word}"
    with pytest.raises(
        InputError, match=f"^input, line 4: expected two integer ids of at most 64 bits, found '{row}'$"
    ):
        read(f"# c\n1 2\n2 3\n{row}\n4 5\n")


def test_few_odd_ids_among_integers_are_an_error_and_many_are_names():
    rows = [f"{i} {i + 1}" for i in range(1000)]
    rows[500] = "x y"
    rows[900] = "z 1"
    with pytest.raises(InputError, match=r"line 501: .* found 'x y'"):
        read("\n".join(rows))
    with pytest.raises(InputError, match=r"line 502: .* found 'x y'"):
        read("\n".join(["name1 name2", *rows]))
    rows[100:200] = ["p q"] * 100
    assert {"x", "p", "999"} <= set(read("\n".join(rows)).labels)


def test_numbers_that_are_no_integers_are_no_names():
    with pytest.raises(InputError, match="line 1: expected two integer ids"):
        read("1.0 2.0\n2.0 3.0\n1.0 3.0\n")


def test_long_text_is_shortened_in_messages():
    with pytest.raises(InputError, match=r"line 2: .* found '19{36}\.\.\.'$"):
        read("1 2\n1" + "9" * 9999 + " 3\n2 3\n")
    with pytest.raises(InputError, match=r"found '1 x{35}\.\.\.'$"):
        read("1 2\n2 3\n1 " + "x" * 100)


# --- columns ---------------------------------------------------------------------------------------------------------


def test_third_column_is_ignored_unless_weighted():
    content = "0 1 -1\n1 2 0\n2 0 nan\n"
    assert read(content).num_edges == 3
    assert read(content).weights is None
    assert read("0 1 friend\n1 2 foe\n").num_edges == 2
    assert read("0,1,\n1,2,\n").num_edges == 2
    assert read("0,1,x\n1,2,\n").num_edges == 2
    assert read(b"0 1 caf\xe9\n1 2 the\n").num_edges == 2


def test_weights_add_up_and_zeros_are_dropped():
    graph = read("0 1 0.1\n1 0 0.2\n1 2 3\n2 3 0\n2 2 7\n", weighted=True)
    assert edges_of(graph) == {(0, 1): 0.1 + 0.2, (1, 2): 3.0}
    assert (graph.dropped.zero_weights, graph.dropped.self_loops, graph.dropped.duplicate_edges) == (1, 1, 1)
    assert graph.num_nodes == 4
    assert edges_of(read("a b 2\nb c 0.5\n", weighted=True)) == {("a", "b"): 2.0, ("b", "c"): 0.5}
    assert read("Source Target Weight\n0 1 2\n", weighted=True).weights.tolist() == [2.0, 2.0]


@pytest.mark.parametrize("word", ["-1", "-0.5", "nan", "NaN", "inf", "-inf", "Infinity", "x", "1e999", "True"])
@pytest.mark.parametrize("ends", ["5 6", "a b"])
def test_impossible_weights(word, ends):
    with pytest.raises(InputError, match=f"^input, line 3: expected a weight .* not negative, found '{ends} {word}'$"):
        read(f"# c\n{ends} 0.5\n{ends} {word}\n{ends} 2\n", weighted=True)


def test_missing_weight(tmp_path):
    with pytest.raises(InputError, match="line 2: expected a third column with the weight, found '0 1'"):
        read("# c\n0 1\n1 2\n", weighted=True)
    with pytest.raises(InputError, match="line 2: expected 3 columns as on line 1, found 2 in '1 2'"):
        read("0 1 5\n1 2\n", weighted=True)
    with pytest.raises(InputError, match="line 2: expected a weight"):
        read("0,1,5\n1,2,\n", weighted=True)


@pytest.mark.parametrize("mark", [" ", "\t", ",", ";"])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["0 1", "1 2 3", "2 3"], "line 2: expected 2 columns as on line 1, found 3"),
        (["0 1", "1 2", "2"], "line 3: expected 2 columns as on line 1, found 1"),
        (["0 1 5", "1 2", "2 3 5"], "line 2: expected 3 columns as on line 1, found 2"),
        (["0 1 5", "1 2 5 6", "2 3"], "line 2: expected 3 columns as on line 1, found 4"),
        (["a b", "b c d", "d e"], "line 2: expected 2 columns as on line 1, found 3"),
        (["a b", "b c", "d"], "line 3: expected 2 columns as on line 1, found 1"),
        (["0", "1", "2"], "line 1: expected at least 2 columns, found '0'"),
    ],
)
def test_ragged_rows(mark, rows, message):
    with pytest.raises(InputError, match=message):
        read("\n".join(rows).replace(" ", mark))


def test_missing_ids():
    with pytest.raises(InputError, match="line 2: expected two ids, found '1,'"):
        read("0,1\n1,\n2,3\n")


def test_columns_option():
    content = "5 0 1 2.5\n6 1 2 3.5 x\n7 2 0 4.5\n"
    assert set(edges_of(read(content, columns=(2, 3)))) == {(0, 1), (1, 2), (0, 2)}
    assert set(edges_of(read(content, columns=(1, 2)))) == {(0, 5), (1, 6), (2, 7)}
    assert edges_of(read(content, columns=(3, 2, 4), weighted=True)) == {(0, 1): 2.5, (1, 2): 3.5, (0, 2): 4.5}
    assert read("x,a,b\ny,b,c\n", columns=(2, 3)).labels.tolist() == ["a", "b", "c"]
    with pytest.raises(InputError, match="line 1: expected at least 7 columns"):
        read(content, columns=(1, 7))
    with pytest.raises(InputError, match="line 2: expected at least 3 columns, found 2 in '1 2'"):
        read("0 1 2\n1 2\n", columns=(1, 3))


def test_networkx_dictionaries(tmp_path):
    given = nx.Graph()
    given.add_edge(0, 1, weight=3, note="a b, c")
    given.add_edge(1, 2, weight=0.5)
    path = tmp_path / "nx.edgelist.gz"
    nx.write_edgelist(given, path)
    assert set(edges_of(read_edges(path))) == {(0, 1), (1, 2)}
    assert edges_of(read_edges(path, weighted=True)) == {(0, 1): 3.0, (1, 2): 0.5}
    assert read("0 1 {}\n1 2 {'a': 1, 'b': 2}\n").num_edges == 2
    assert read("a,b,{}\nb,c,{}\n").labels.tolist() == ["a", "b", "c"]
    for wrong in ("{}", "{'weight': 'x'}", "{'weight': nan}", "{'weight'}", "{'weight': [1]}"):
        with pytest.raises(InputError, match="line 3: expected a dictionary with the entry 'weight', found"):
            read(f"# c\n0 1 {{'weight': 1}}\n1 2 {wrong}\n", weighted=True)
    with pytest.raises(InputError, match="line 2: expected a weight"):
        read("0 1 {'weight': 1}\n1 2 {'weight': -1}\n", weighted=True)


def test_what_is_dropped_and_isolated_vertices_kept():
    graph = read("1 1\n2 3\n3 2\n2 3\n")
    assert (graph.num_nodes, graph.num_edges, graph.num_isolated) == (3, 1, 1)
    assert (graph.dropped.self_loops, graph.dropped.duplicate_edges) == (1, 2)


# --- matrix files ----------------------------------------------------------------------------------------------------


def test_matrix_market_symmetric():
    content = "%%MatrixMarket matrix coordinate real symmetric\n% c\n4 4 4\n2 1 1.5\n3 1 0\n3 3 2\n3 2 -1\n"
    graph = read(content)
    assert set(edges_of(graph)) == {(1, 2), (2, 3)}
    assert graph.labels.tolist() == [1, 2, 3, 4]
    assert graph.dropped.self_loops == 1
    assert graph.dropped.duplicate_edges == 0
    assert graph.dropped.comment_lines == 1
    assert graph.num_isolated == 1
    weighted = read(content.replace("-1", "4").replace("\n", "\r\n"), weighted=True)
    assert edges_of(weighted) == {(1, 2): 1.5, (2, 3): 4.0}
    assert weighted.dropped.zero_weights == 1
    with pytest.raises(InputError, match=r"line 7: expected a weight .* found '3 2 -1'"):
        read(content, weighted=True)


def test_matrix_market_of_other_kinds():
    pattern = "%%MatrixMarket matrix coordinate pattern general\n3 3 3\n1 2\n2 1\n3 1\n"
    assert set(edges_of(read(pattern))) == {(1, 2), (1, 3)}
    with pytest.raises(InputError, match="with weights, found a pattern"):
        read(pattern, weighted=True)
    integer = "%%MatrixMarket matrix coordinate integer general\n3 3 2\n1 2 5\n2 1 5\n"
    assert edges_of(read(integer, weighted=True)) == {(1, 2): 5.0}
    array = "%%MatrixMarket matrix array real general\n2 2\n0\n2\n2\n0\n"
    assert edges_of(read(array, weighted=True)) == {(1, 2): 2.0}
    complex_ = "%%MatrixMarket matrix coordinate complex hermitian\n2 2 1\n2 1 5 1\n"
    assert read(complex_).num_edges == 1
    with pytest.raises(InputError, match="expected a square matrix of real numbers, found 2-d complex128"):
        read(complex_, weighted=True)
    empty = read("%%MatrixMarket matrix coordinate real general\n3 3 0\n")
    assert (empty.num_nodes, empty.num_edges) == (3, 0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("matrix coordinate real general\n2 3 1\n1 2 5\n", "must be square, not 2 by 3"),
        ("matrix coordinate real symmetric\n2 3 1\n2 1 5\n", "must be square, not 2 by 3"),
        ("matrix coordinate real general\n2 2 1\n1 x 5\n", "line 3: expected a valid .*found '1 x 5' .Invalid integer"),
        ("matrix coordinate real general\n2 2 1\n1 9 5\n", "line 3: .*out of bounds"),
        ("matrix coordinate real general\n2 2 2\n1 2 5\n", "expected a valid Matrix Market file, found .*Truncated"),
        ("matrix coordinate real general\n", "line 2: .*Premature EOF"),
        ("matrix coordinate real symmetric\n9 9 9\n2 1 1.5\n3 2 1.5 3 1.5", "Truncated"),
        ("nonsense\n", "line 1: .*header"),
        ("matrix coordinate integer general\n2 2 1\n1 2 99999999999999999999\n", "line 3: .*out of range"),
        ("matrix coordinate pattern general\n9999999999 9999999999 1\n1 2\n", "at most 2.31 - 1 vertices"),
    ],
)
def test_damaged_matrix_market(content, message):
    with pytest.raises(InputError, match=message):
        read("%%MatrixMarket " + content)


def matlab(**variables):
    stream = io.BytesIO()
    scipy_io.savemat(stream, variables)
    return stream.getvalue()


def test_matlab_file():
    ring = sparse.csc_array(np.array([[1, 2.0, 0], [2.0, 0, 3.0], [0, 3.0, 0]]))
    other = sparse.csc_array(np.ones((2, 2)))
    for content in (
        matlab(A=ring, B=other),
        matlab(Problem={"A": ring, "name": "ring"}),
        matlab(only=ring, x=np.ones(2)),
    ):
        graph = read(content)
        assert set(edges_of(graph)) == {(1, 2), (2, 3)}
        assert graph.dropped.self_loops == 1
        assert edges_of(read(content, weighted=True)) == {(1, 2): 2.0, (2, 3): 3.0}
    for content, found in ((matlab(B=ring, C=ring), "B, C"), (matlab(x=np.ones(2)), "none")):
        with pytest.raises(InputError, match=f"expected a square sparse matrix A, found {found}$"):
            read(content)
    with pytest.raises(InputError, match="expected weights that are finite"):
        read(matlab(A=-ring), weighted=True)
    with pytest.raises(InputError, match="the MATLAB file is truncated or damaged"):
        read(matlab(A=ring)[:200])
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM" + bytes(64)
    with pytest.raises(InputError, match=r"found 7.3; save it with -v7"):
        read(header)


def zipped(**entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "."), content)
    return stream.getvalue()


def test_scipy_npz():
    matrix = sparse.csr_array(np.array([[0, 2.0, 0], [2.0, 0, 0], [0, 0, 0]]))
    stream = io.BytesIO()
    sparse.save_npz(stream, matrix)
    graph = read(stream.getvalue())
    assert (graph.num_nodes, graph.num_edges, graph.labels, graph.weights) == (3, 1, None, None)
    assert edges_of(read(stream.getvalue(), weighted=True)) == {(0, 1): 2.0}
    with pytest.raises(InputError, match="truncated or damaged"):
        read(stream.getvalue()[:-30])
    matrix.indices[0] = 7
    stream = io.BytesIO()
    sparse.save_npz(stream, matrix)
    with pytest.raises(InputError, match="the sparse matrix is damaged"):
        read(stream.getvalue())
    stream = io.BytesIO()
    sparse.save_npz(stream, sparse.coo_array(np.ones(3)))
    with pytest.raises(InputError, match="expected a square matrix of real numbers, found 1-d float64"):
        read(stream.getvalue())
    with pytest.raises(InputError, match=r"expected an edge list, found a saved sketch$"):
        read(zipped(graphspec_json="{}"))
    with pytest.raises(InputError, match=r"found another zip archive$"):
        read(zipped(a_txt="0 1"))
    with pytest.raises(InputError, match="truncated or damaged"):
        read(zipped(format_npy="0 1"))


# --- writing ---------------------------------------------------------------------------------------------------------


def test_written_lines(tmp_path):
    path = tmp_path / "out.txt"
    write_edges(read("9 5\n5 7\n8 8\n"), path, comments=["one", "two\nthree"])
    head = "# one\n# two\n# three\n# Nodes: 4 Edges: 2\n# FromNodeId\tToNodeId\n"
    assert path.read_text() == head + "5\t7\n5\t9\n8\t8\n"
    stream = io.BytesIO()
    write_edges(Graph.from_edges([1], [0], [0.1]), stream)
    assert stream.getvalue() == b"# Nodes: 2 Edges: 1\n# FromNodeId\tToNodeId\tWeight\n0\t1\t0.1\n"


@pytest.mark.parametrize(
    ("suffix", "magic"), [("gz", b"\x1f\x8b"), ("bz2", b"BZh"), ("xz", b"\xfd7z"), ("zst", b"(\xb5")]
)
def test_compression_by_suffix_gives_equal_bytes(tmp_path, suffix, magic):
    graph = Graph.from_edges([0, 1], [1, 2], num_nodes=5)
    for name in ("a", "other"):
        write_edges(graph, tmp_path / f"{name}.txt.{suffix}")
    stored = (tmp_path / f"a.txt.{suffix}").read_bytes()
    assert stored.startswith(magic)
    assert stored == (tmp_path / f"other.txt.{suffix}").read_bytes()
    if suffix == "gz":
        assert stored[3:8] == bytes(5)  # neither a name nor a time
    assert read(stored).fingerprint == graph.fingerprint


def test_many_edges_survive_writing(tmp_path):
    random = np.random.default_rng(1)
    graph = Graph.from_edges(
        random.integers(0, 30000, 100000), random.integers(0, 30000, 100000), random.random(100000)
    )
    write_edges(graph, str(tmp_path / "big.zst"))
    assert read_edges(tmp_path / "big.zst", weighted=True).fingerprint == graph.fingerprint


def test_counts_like_first_edge_survives_writing():
    rows = [
        (10, 11),
        (10, 12),
        (10, 13),
        (10, 14),
        (11, 12),
        (11, 13),
        (11, 14),
        (12, 13),
        (12, 14),
        (13, 14),
        (13, 15),
    ]
    graph = read("\n".join(f"{a} {b}" for a, b in [*rows, (14, 15)]), header=False)
    stream = io.BytesIO()
    write_edges(graph, stream)
    assert read(stream.getvalue()).fingerprint == graph.fingerprint


@pytest.mark.parametrize("word", ["#a", "%a", "", " a", "a\tb", "a\nb", '"a"', "{a}"])
def test_unwritable_ids(tmp_path, word):
    given = nx.Graph([(word, "b")])
    with pytest.raises(InputError, match=r"out.txt: the id .* cannot be written to an edge list$"):
        write_edges(Graph.from_networkx(given), tmp_path / "out.txt")


def test_unwritable_path(tmp_path):
    with pytest.raises(InputError, match=r"cannot be written \(No such file or directory\)$"):
        write_edges(read(TRIANGLE), tmp_path / "missing" / "out.txt")


def test_labels_are_written_with_original_ids(tmp_path):
    graph = Graph.from_networkx(nx.relabel_nodes(nx.path_graph(3), {0: "a b", 1: "b", 2: 'c"d'}))
    write_labels(graph, np.array([0, 0, 1]), tmp_path / "a.tsv")
    assert (tmp_path / "a.tsv").read_text() == 'a b\t0\nb\t0\n"c""d"\t1\n'
    write_labels(Graph.from_networkx(nx.path_graph(2)), np.array([0, 1]), tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text() == "0\t0\n1\t1\n"


# --- properties ------------------------------------------------------------------------------------------------------

IDS = st.one_of(st.integers(0, 12), st.integers(-(2**63), 2**63 - 1))
PAIRS = st.lists(st.tuples(IDS, IDS), min_size=1, max_size=30)
WEIGHTS = st.floats(2**-20, 2**20)


@settings(deadline=None, max_examples=60)
@given(pairs=PAIRS, suffix=st.sampled_from(["", ".gz", ".zst"]), data=st.data())
def test_write_and_read_back(tmp_path_factory, pairs, suffix, data):
    weighted = data.draw(st.booleans())
    rows = [f"{a} {b} {data.draw(WEIGHTS)!r}" if weighted else f"{a} {b}" for a, b in pairs]
    graph = read("\n".join(rows), header=False, weighted=weighted)
    path = tmp_path_factory.mktemp("round") / f"out.txt{suffix}"
    write_edges(graph, path)
    again = read_edges(path, weighted=weighted)
    assert again.fingerprint == graph.fingerprint
    assert (again.labels is None) == (graph.labels is None)
    assert graph.labels is None or again.labels.tolist() == graph.labels.tolist()


@settings(deadline=None, max_examples=60)
@given(words=st.lists(st.tuples(*[st.from_regex("[a-z][a-zé -]*[a-zé]", fullmatch=True)] * 2), min_size=1, max_size=20))
def test_write_and_read_back_words(words):
    graph = Graph.from_networkx(nx.Graph(words))
    stream = io.BytesIO()
    write_edges(graph, stream)
    again = read(stream.getvalue())
    assert again.num_edges == graph.num_edges
    assert again.labels.tolist() == sorted(graph.labels.tolist())
    assert {frozenset(edge) for edge in edges_of(again)} == {frozenset(edge) for edge in edges_of(graph)}


@settings(deadline=None, max_examples=60)
@given(pairs=PAIRS, mark=st.sampled_from([" ", "\t", ",", ", ", "  "]), data=st.data())
def test_order_direction_and_duplicates_do_not_matter(pairs, mark, data):
    graph = read("\n".join(f"{a} {b}" for a, b in pairs), header=False)
    turned = [(b, a) if data.draw(st.booleans()) else (a, b) for a, b in pairs]
    shuffled = data.draw(st.permutations(turned + data.draw(st.lists(st.sampled_from(turned), max_size=5))))
    again = read("\n".join(f"{a}{mark}{b}" for a, b in shuffled), header=False)
    assert again.fingerprint == graph.fingerprint
    assert graph.labels is None or again.labels.tolist() == graph.labels.tolist()


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data_folder():
    folder = os.environ.get("GRAPHSPEC_DATA")
    if not folder:
        pytest.skip("GRAPHSPEC_DATA, the folder of the real networks, is not set")
    return Path(folder)


REAL = {  # nodes, edges, components, self-loops, header lines; None: not known from elsewhere
    "email-Eu-core.txt": (1005, 16064, 20, 642, 0),
    "com-dblp.ungraph.txt.gz": (317080, 1049866, 1, 0, 0),
    "ca-GrQc.txt": (5242, 14484, 355, 12, 0),
    "ca-CondMat.txt": (23133, 93439, 567, 58, 0),
    "email-Enron.txt.gz": (36692, 183831, 1065, 0, 0),
    "facebook_combined.txt": (4039, 88234, None, 0, 0),
    "as-caida20071105.txt.gz": (26475, 53381, None, 0, 0),
    "p2p-Gnutella31.txt": (62586, 147892, 12, 0, 1),
    "usroads.mtx.gz": (129164, 165435, 56, 0, 0),
    "USPowerGrid.txt": (4941, 6594, None, 0, 0),
    "networkdos_HepTh.mat": (8638, 24806, 1, 21, 0),
    "494_bus.mtx": (494, 586, None, 494, 0),
    "bcsstk13.mtx": (2003, 40940, None, 2003, 0),
}


@pytest.mark.data
@pytest.mark.parametrize("file", REAL)
def test_real_network(data_folder, file):
    nodes, edges, components, self_loops, header_lines = REAL[file]
    graph = read_edges(data_folder / file)
    assert (graph.num_nodes, graph.num_edges) == (nodes, edges)
    assert (graph.dropped.self_loops, graph.dropped.header_lines) == (self_loops, header_lines)
    assert graph.sha256 == hashlib.sha256((data_folder / file).read_bytes()).hexdigest()
    if components is not None:
        assert connected_components(graph.adjacency())[0] == components


@pytest.mark.data
def test_real_communities_are_no_edge_list(data_folder):
    with pytest.raises(InputError, match="line 2: expected 6 columns as on line 1, found 7 in"):
        read_edges(data_folder / "com-dblp.all.cmty.txt.gz")


@pytest.mark.data
def test_real_relationship_codes_are_no_weights(data_folder):
    with pytest.raises(InputError, match=r"line \d+: expected a weight .* not negative, found"):
        read_edges(data_folder / "as-caida20071105.txt.gz", weighted=True)


def test_progress_is_told_while_parsing(tmp_path):
    path = tmp_path / "edges.txt"
    path.write_text("# comment\n" + "".join(f"{i}\t{i + 1}\n" for i in range(800_000)))
    told = []
    graph = read_edges(path, progress=lambda done, total: told.append((done, total)))
    assert graph.num_edges == 800_000
    size = path.stat().st_size
    assert {total for _, total in told} == {size}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == size
    assert len(told) > 2
