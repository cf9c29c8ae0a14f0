"""Rows as edges: separators, headers, ids, columns, weights, and what is wrong with them."""

import numpy as np
import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError
from graphspec.readwrite import read_edges, read_large_edges


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
        "0 1\n" * 150 + "1  2\n",
        "0 1\n1 2",
    ],
)
def test_separators_blanks_and_quotes(content):
    graph = read(content, header=False)
    assert edges_of(graph) == {(0, 1): 1, (1, 2): 1}
    assert graph.labels is None


def test_delimiter_option():
    content = "a b\tc\nc\ta b\n"
    assert read(content, delimiter="\t").labels.tolist() == ["a b", "c"]
    assert read("1,5 2,5\n2,5 3,5\n4,5 3,5 \n", delimiter=" ").labels.tolist() == ["1,5", "2,5", "3,5", "4,5"]
    assert read("0!1\n1!2\n", delimiter="!").num_edges == 2
    with pytest.raises(InputError, match=r"at least 2 columns \(--delimiter=! if it separates them\), found '0!1'"):
        read("0!1\n1!2\n")
    for content in ("0!1\n1?2\n", "0!\n1!\n", "0!1!2\n"):
        with pytest.raises(InputError, match=r"at least 2 columns, found"):
            read(content)


@pytest.mark.parametrize(
    ("delimiter", "mark"),
    [
        *[("tab", "\t"), (r"\t", "\t"), ("space", "  "), (r"\s+", " \t")],
        *[("comma", ","), ("semicolon", ";"), ("pipe", "|"), ("::", "::"), ("=>", "=>")],
    ],
)
def test_delimiters_by_name_and_of_several_characters(delimiter, mark):
    content = f"a{mark}b{mark}c\nb{mark}c{mark}a\n"
    assert set(edges_of(read(content, delimiter=delimiter))) == {("a", "b"), ("b", "c")}


def test_ids_with_spaces_between_tabs():
    assert read("New York\tBoston\nParis\tLe Havre\n").labels.tolist() == ["Boston", "Le Havre", "New York", "Paris"]
    assert read("1 2\tx\n2 3\ty\n").num_edges == 2


def test_ids_in_another_encoding():
    with pytest.raises(
        InputError, match=r"line 3: expected UTF-8 text, found another encoding: name it, as --encoding cp1252$"
    ):
        read(b"# c\na b\nb \xe9\n")
    assert read("a é\né ß\n").labels.tolist() == ["a", "ß", "é"]


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


def test_header_of_sizes():
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
def test_first_edge_that_looks_like_sizes_is_kept(content):
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


def test_sizes_in_a_comment_leave_no_header():
    content = "# Nodes: 6 Edges: 12\n10 11\n" + "".join(f"{10 + i} {11 + i}\n" for i in range(5)) * 2 + "12 14\n"
    assert read(content).dropped.header_lines == 0
    assert read(content.partition("\n")[2]).dropped.header_lines == 1


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
    assert read("NA null\nnull NaN\n", missing="keep").labels.tolist() == ["NA", "NaN", "null"]
    assert read("a , b\nb,a\n").labels.tolist() == ["a", "b"]


@pytest.mark.parametrize("word", ["1.5", "1e-3", "1e99", "True", "x", "1_0", "0x10"])
@pytest.mark.parametrize("column", [0, 1])
def test_one_other_id_among_integers_is_an_error(word, column):
    row = f"{word} 5" if column == 0 else f"5 {word}"
    with pytest.raises(
        InputError, match=f"^input, line 4: expected two integer ids of at most 64 bits, found '{row}'$"
    ):
        read(f"# c\n1 2\n2 3\n{row}\n4 5\n")


def test_few_other_ids_among_integers_are_an_error_and_many_are_names():
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
    with pytest.raises(InputError, match="line 2: expected two integer ids"):
        read("1.0 2.0\n2.0 3.5\n1.0 3.0\n")


@pytest.mark.parametrize("content", ["1.0 2.0\n2.0 3.0\n", "1 2\n2.0 3\n", "1e0 2\n2 3\n", "0.1e1,2.\n2,3\n"])
def test_whole_numbers_are_integers(content):
    graph = read(content)
    assert graph.labels.tolist() == [1, 2, 3]
    assert set(edges_of(graph)) == {(1, 2), (2, 3)}
    assert any("as integers" in remark for remark in graph.remarks)


def test_whole_numbers_of_more_than_53_bits_are_not_trusted():
    with pytest.raises(InputError, match="line 1: expected two integer ids"):
        read("9007199254740993.0 1\n1 2\n2 3\n")


@pytest.mark.parametrize("one", ["01", "+1", "18446744073709551616", "9223372036854775808", "-0"])
@pytest.mark.parametrize("mark", [" ", ",", "  "])
def test_digits_that_no_integer_gives_back_are_names(one, mark):
    graph = read(f"{one}{mark}1\n1{mark}2\n2{mark}{one}\n")
    assert sorted(graph.labels.tolist()) == sorted([one, "1", "2"])
    assert graph.num_edges == 3
    assert any("as text" in remark for remark in graph.remarks)


def test_long_text_is_shortened_in_messages():
    with pytest.raises(InputError, match=r"line 2: .* found 'x9{36}\.\.\.'$"):
        read("1 2\nx" + "9" * 9999 + " 3\n2 3\n")
    with pytest.raises(InputError, match=r"found '1 x{35}\.\.\.'$"):
        read("1 2\n2 3\n1 " + "x" * 100)


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
    with pytest.raises(InputError, match=r"line 2: expected two ids \(--missing drop .*\), found '1,'"):
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


def test_self_loops_and_duplicates_are_counted_and_isolated_vertices_kept():
    graph = read("1 1\n2 3\n3 2\n2 3\n")
    assert (graph.num_nodes, graph.num_edges, graph.num_isolated) == (3, 1, 1)
    assert (graph.dropped.self_loops, graph.dropped.duplicate_edges) == (1, 2)


# --- sizes of a matrix without the banner of Matrix Market


@pytest.mark.parametrize("rows", ["1 2\n2 3\n4 3\n", "1 2 0.5\n2 3 0.1\n4 3 7\n", "1 2 1\n2 3 1\n4 3 1\n"])
@pytest.mark.parametrize("sizes", ["4 4 3", "9 9 3"])
def test_sizes_of_a_square_matrix_are_a_header_and_said(rows, sizes):
    graph = read(f"{sizes}\n{rows}")
    assert set(edges_of(graph)) == {(1, 2), (2, 3), (3, 4)}
    assert (graph.dropped.header_lines, graph.dropped.self_loops) == (1, 0)
    assert "took the first row for the sizes of a matrix" in graph.remarks[-1]
    if rows.split()[2] != "2":
        assert read(f"{sizes}\n{rows}", header=False).dropped.self_loops == 1


@pytest.mark.parametrize("sizes", ["4 4 2", "4 4 4", "3 3 3"])
def test_three_numbers_that_do_not_count_the_entries_are_an_edge(sizes):
    graph = read(f"{sizes}\n1 2 5\n2 3 5\n4 3 5\n")
    assert (graph.dropped.header_lines, graph.dropped.self_loops) == (0, 1)


def test_sizes_of_another_matrix_may_be_an_edge():
    content = "2 4 3\n1 2 0.5\n2 3 0.1\n2 4 0.2\n"
    with pytest.raises(InputError, match="a matrix of 2 rows, 4 columns and 3 entries: add --no-header if"):
        read(content)
    assert read(content, header=False).dropped.duplicate_edges == 1
    assert read(content, header=True).num_edges == 3


@pytest.mark.parametrize("sizes", ["40 40 39", "40 40 38", "99 40 39"])
@pytest.mark.parametrize("weight", ["", " 7"])
def test_sizes_of_a_matrix_within_a_limit_of_memory(tmp_path, sizes, weight):
    path = tmp_path / "matrix.txt"
    path.write_text("".join([f"{sizes}\n", *(f"{i} {i + 1}{weight}\n" for i in range(1, 40))]))
    answers = []
    for reader in (lambda: read_edges(path), lambda: read_large_edges(path, tmp_path, 1 << 20)):
        try:
            graph = reader()
            answers.append((set(edges_of(graph)), graph.dropped, graph.remarks))
        except InputError as error:
            answers.append(str(error))
    assert answers[0] == answers[1]
