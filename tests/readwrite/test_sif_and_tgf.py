"""Formats that look like edge lists: SIF, in which rows have several targets, and TGF, which lists vertices first."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError
from graphspec.readwrite.external_sort import read_large_edges

SIF = ["a pp b c d", "b pd c", "e", "c pp a"]
TGF = "1 ann\n2 bob lee\n3\n#\n1 2 0.5\n3 2 4\n"


@pytest.mark.parametrize("mark", [" ", "\t"])
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 1, 0, 2], [2, 1, 3, 0]])
def test_rows_of_sif_have_several_targets(mark, order):
    graph = read("".join(SIF[row].replace(" ", mark) + "\n" for row in order))
    assert set(edges_of(graph)) == {("a", "b"), ("a", "c"), ("a", "d"), ("b", "c")}
    assert (graph.num_nodes, graph.num_isolated) == (5, 1)
    assert "a source, a relation and targets, as in SIF" in graph.remarks[-1]


def test_several_targets_may_come_late():
    rows = "".join(f"n{i} pp n{i + 1}\n" for i in range(3000))
    assert read(rows + "n0 pd n5 n6 n7\n").num_edges == 3003


def test_numbers_in_sif_are_integers():
    assert set(edges_of(read("1 pp 2 3 10\n2 pd 3\n3 pp 1\n"))) == {(1, 2), (1, 3), (1, 10), (2, 3)}


def test_columns_take_the_first_target():
    assert set(edges_of(read("\n".join([*SIF[:2], SIF[3]]), columns=(1, 3)))) == {("a", "b"), ("b", "c"), ("a", "c")}


@pytest.mark.parametrize(
    "content",
    [
        "a b c d\nb c a\nc a\n",  # rows of two words
        "a b c d\nb a c\nc a b\n",  # the second words are vertices
        "a x b c d\nb y c\nc z a\n",  # no relation comes back
        "a pp b c d\ne pp f\ng pp h\n",  # no target is a source
        "a 1 b c d\nb 2 c\nc 1 a\n",  # numbers
    ],
)
def test_other_rows_of_several_lengths_are_an_error(content):
    with pytest.raises(InputError, match="columns as on line 1, found"):
        read(content)
    with pytest.raises(InputError, match="columns as on line 1, found"):
        read("a pp b 1\nb pd c\nc pp a\n", weighted=True)


@pytest.mark.parametrize("mark", [" ", "\t"])
def test_labels_of_tgf_are_no_vertices(mark):
    graph = read(TGF.replace("1 ann", f"1{mark}ann").replace(" 0.5", f"{mark}0.5"))
    assert (set(edges_of(graph)), graph.num_nodes) == ({(1, 2), (2, 3)}, 3)
    assert graph.remarks == (
        "took the lines above # for vertices and their labels, as in TGF (without # they would be edges)",
    )
    assert edges_of(read(TGF, weighted=True)) == {(1, 2): 0.5, (2, 3): 4}
    named = read("x Ann\ny Bob\nz Eve\n#\nx y\n")
    assert (set(edges_of(named)), named.num_isolated) == ({("x", "y")}, 1)
    for weight in ("friend", "-1", ""):
        with pytest.raises(InputError, match="expected finite numbers that are not negative as labels of the edges"):
            read(TGF.replace("0.5", weight), weighted=True)


@pytest.mark.parametrize(
    "content",
    ["1 2\n2 3\n3 1\n#\n1 3\n", "1 2\n1 3\n#\n1 1\n", "1 2\n3 4\n#\n1 5\n", "#\n1 2\n#\n2 3\n", "1 2\n2 3\n#\n"],
)
def test_a_comment_between_edges_is_none_between_vertices_and_edges(content):
    rows = [row.split() for row in content.splitlines() if row != "#"]
    graph = read(content)
    assert graph.num_nodes == len({word for row in rows for word in row})
    assert not any("TGF" in remark for remark in graph.remarks)


def test_tgf_is_not_read_within_a_limit_of_memory(tmp_path):
    path = tmp_path / "graph.tgf"
    path.write_text("1 10\n2 20\n#\n1 2\n")
    with pytest.raises(InputError, match="TGF cannot be read within a limit of memory"):
        read_large_edges(path, tmp_path, 1 << 20)


@pytest.mark.parametrize("line", ["#", "# ", "  #", "\t# \t"])
def test_blanks_around_the_mark_of_tgf(line):
    graph = read(f"1 ann\n2 bob\n3 eve\n{line}\n1 2\n2 3\n")
    assert (graph.num_nodes, set(edges_of(graph))) == (3, {(1, 2), (2, 3)})


def test_labels_of_tgf_may_count_vertices_from_0_on():
    graph = read("1 0\n2 1\n3 2\n4 3\n#\n1 2\n2 3\n3 4\n")
    assert (graph.num_nodes, set(edges_of(graph))) == (4, {(1, 2), (2, 3), (3, 4)})
    assert "as in TGF" in graph.remarks[0]
    assert read("2 1\n3 2\n4 3\n#\n4 2\n").num_edges == 4


LGL = "# ann\nbob 1\neve 2\n# bob\neve 3\n"


@pytest.mark.parametrize("content", [LGL, LGL.replace("# ", "#"), "# ann\nbob\neve\n# bob\neve\n", "\n" + LGL])
def test_words_behind_the_mark_of_lgl_are_vertices(content, tmp_path):
    graph = read(content)
    assert set(edges_of(graph)) == {("ann", "bob"), ("ann", "eve"), ("bob", "eve")}
    assert "as in LGL" in graph.remarks[0]
    path = tmp_path / "graph.lgl"
    path.write_text(content)
    with pytest.raises(InputError, match="LGL cannot be read within a limit of memory"):
        read_large_edges(path, tmp_path, 1 << 20)


def test_weights_of_lgl():
    assert edges_of(read(LGL, weighted=True)) == {("ann", "bob"): 1, ("ann", "eve"): 2, ("bob", "eve"): 3}
    with pytest.raises(InputError, match="expected a weight that is finite and not negative behind every neighbour"):
        read(LGL.replace("eve 2", "eve"), weighted=True)


@pytest.mark.parametrize("above", ["edges", "1", "one"])
def test_comments_of_one_word_are_no_vertices(above):
    graph = read(f"# {above}\n1 2\n2 3\n# 2\n2 4\n")
    assert (set(edges_of(graph)), graph.dropped.comment_lines) == ({(1, 2), (2, 3), (2, 4)}, 2)
