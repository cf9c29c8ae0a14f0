"""Blanks of Unicode, invisible characters, encodings of labels, and words that begin like comments."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

PATH = {("ann", "bob"), ("bob", "eve")}


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u2009", "\u202f", "\u3000"])
def test_blanks_of_unicode_separate_columns_where_nothing_else_does(blank):
    graph = read(f"ann{blank}bob\nbob{blank}{blank}eve\n")
    assert set(edges_of(graph)) == PATH
    assert f"U+{ord(blank):04X} for a blank between columns" in graph.remarks[0]
    assert set(edges_of(read(f"1{blank}2\n2{blank}3\n"))) == {(1, 2), (2, 3)}
    assert read(f"source{blank}target\n1{blank}2\n2{blank}3\n").dropped.header_lines == 1


@pytest.mark.parametrize("mark", [",", "\t", " ", ";"])
def test_blanks_of_unicode_around_ids_are_none_of_them(mark):
    graph = read(f"ann\u00a0{mark}bob\u00a0\n\u2003bob{mark}\u3000eve\n")
    assert (set(edges_of(graph)), graph.remarks) == (PATH, ())


@pytest.mark.parametrize("mark", [",", "\t", " "])
def test_blanks_of_unicode_within_ids_are_part_of_them(mark):
    graph = read(f"New\u00a0York{mark}Paris\nParis{mark}Rome\n")
    assert ("New\u00a0York", "Paris") in set(edges_of(graph))


def test_marks_that_are_no_separators_end_no_ids():
    content = "a\u00a0,b\tc\u200b|d\nc\u200b|d\te\n"
    assert set(edges_of(read(content))) == {("a\u00a0,b", "c\u200b|d"), ("c\u200b|d", "e")}


def test_line_ends_within_other_columns_are_no_line_ends():
    assert read("ann,bob,x\u2028y\nbob,eve,z\n").num_edges == 2


def test_blanks_that_may_be_both_are_refused():
    with pytest.raises(InputError, match=r"found no-break space, U\+00A0 in 'a\\xa0b': replace it"):
        read("a\u00a0b\nc\u00a0d\u00a0e\nf\u00a0g\n")


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u2060", "\ufeff", "\u00ad"])
def test_invisible_characters_at_the_ends_of_ids_are_left_out(mark):
    graph = read(f"ann{mark},bob\nbob,{mark}eve\nann,bob\n")
    assert (set(edges_of(graph)), graph.dropped.duplicate_edges) == (PATH, 1)
    assert "left out invisible characters around ids" in graph.remarks[0]
    assert read(f"1{mark} 2\n2 3\n").num_nodes == 3
    assert read(f"a{mark}n,b\nb,c\n").remarks == ()


def test_other_line_ends_are_refused():
    with pytest.raises(InputError, match=r"line 1: expected lines .* found line separator, U\+2028: replace it"):
        read("a b\u2028b c\u2028c d\n")


def test_text_of_another_encoding_is_named_where_columns_are_missing():
    with pytest.raises(InputError, match=r"line 1: expected UTF-8 text, .*--encoding cp1252"):
        read(b"ann\xa0bob\nbob\xa0eve\n")
    assert set(edges_of(read(b"ann\xa0bob\nbob\xa0eve\n", encoding="cp1252"))) == PATH


# --- labels in other formats

GML = 'graph [\n node [ id 1 label "caf\u00e9" ]\n node [ id 2 label "b" ]\n edge [ source 1 target 2 ]\n]\n'
GRAPHML = (
    '<?xml version="1.0"{}?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">'
)
GRAPHML += '<node id="caf\u00e9"/><node id="b"/><edge source="caf\u00e9" target="b"/></graph></graphml>'


@pytest.mark.parametrize(
    "content",
    [
        GML,
        GRAPHML.format(""),
        '*Vertices 2\n1 "caf\u00e9"\n2 "b"\n*Edges\n1 2\n',
        "caf\u00e9 x\nb y\n#\ncaf\u00e9 b\n",
        "#caf\u00e9\nb\n#b\nd\n#d\ncaf\u00e9\n",
        "caf\u00e9 pp b c\nb pp d\nd pp caf\u00e9\n",
    ],
)
def test_labels_in_another_encoding_are_refused_and_read_by_its_name(content):
    with pytest.raises(
        InputError, match=r"line [0-9]: expected UTF-8 text, found another encoding: .*--encoding cp1252$"
    ):
        read(content.encode("cp1252"))
    graph = read(content.encode("cp1252"), encoding="cp1252")
    assert "caf\u00e9" in graph.labels.tolist()
    assert not any("encoding" in remark for remark in graph.remarks)


def test_labels_that_are_no_ids_may_be_in_any_encoding():
    assert read("1 caf\u00e9\n2 b\n#\n1 2\n".encode("cp1252")).labels.tolist() == [1, 2]


@pytest.mark.parametrize("option", [None, "iso-8859-1"])
def test_the_encoding_of_xml_is_that_of_the_option_or_its_own(option):
    stored = GRAPHML.format(' encoding="ISO-8859-1"').encode("iso-8859-1")
    assert read(stored, encoding=option).labels.tolist() == ["caf\u00e9", "b"]
    assert read(GRAPHML.format(' encoding="UTF-16"').encode("utf-16")).labels.tolist() == ["caf\u00e9", "b"]


def test_matrices_have_no_use_for_an_encoding():
    graph = read(b"%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 2\n", encoding="latin-1")
    assert graph.remarks == ("left encoding out, which a matrix file has no use for",)


# --- words that begin like comments


@pytest.mark.parametrize("content", ["#a #b\n#b #c\n", "#a,#b\n#b,#c\n", "# one\n", "% one\n"])
def test_a_file_of_comments_may_be_one_of_ids(content):
    with pytest.raises(InputError, match=f"no edges found, .*--comment '' takes what begins with {content[0]} for ids"):
        read(content)
    if ",#" in content or " #" in content:
        assert read(content, comment="").num_edges == 2


@pytest.mark.parametrize("mark", ["\t", " ", "  "])
def test_words_that_begin_like_comments_are_ids_where_nothing_else_is(mark):
    graph = read(f"ann{mark}#a\nbob{mark}#b\neve{mark}#a\n")
    assert ("#a", "ann") in set(edges_of(graph))
    assert graph.num_edges == 3
    assert graph.remarks == ("took words that begin like comments for ids: without them there is one column",)
    part = read(f"ann{mark}#a\nbob{mark}b\neve{mark}#a\n")
    assert ("#a", "ann") in set(edges_of(part))


def test_one_id_before_comments_is_no_edge():
    with pytest.raises(InputError, match=r"expected two ids in a row, .* add --comment '' to take that for an id"):
        read("ann # a friend\nbob # another one\n")


@pytest.mark.parametrize("rows", ["#a\t#b\t0\t\t6\n#b\t#c\t1\t\t7\n", "#a\t#b\n#b\t#c\n"])
def test_a_header_alone_is_no_edge_above_what_begins_like_comments(rows):
    with pytest.raises(InputError, match=r"line 2: .* may be a comment or an edge"):
        read(f"u\tv\tId\tLabel\tWeight\n{rows}")
