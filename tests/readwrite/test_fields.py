"""Rows that lack a field, ids that stand for nothing, and rows that are none."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError

# --- empty fields between tabs


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("1\t2\t7\n2\t\t5\n3\t1\t9\n", (1, 2)),
        ("1\t2\t7\n\t2\t5\n3\t1\t9\n", (1, 2)),
        ("1\t2\t7\n2\t7\t\n3\t1\t9\n", (1, 3)),
        ("a\tb\tx\nb\t\tx\nc\ta\ty\n", (1, 2)),
        ("1\t2\t7\n2\t \t5\n3\t1\t9\n", (1, 2)),
        ("1\t\t2\n2\t\t3\n", (1, 2)),
        ("\t2\t7\n1\t\t5\n3\t1\t\n", None),
    ],
)
def test_no_column_slides_into_the_place_of_an_empty_field(content, columns):
    with pytest.raises(InputError, match=r"expected two ids \(--missing drop leaves rows without one out"):
        read(content, columns=columns)
    rows = [row.split("\t") for row in content.splitlines()]
    full = [row for row in rows if all(row[number - 1].strip() for number in columns or (1, 2))]
    if full:
        graph = read(content, columns=columns, missing="drop")
        assert (graph.num_edges, graph.dropped.missing_values) == (len(full), len(rows) - len(full))


def test_no_weight_slides_into_the_place_of_an_empty_id():
    content = "1\t2\t7\t1\n2\t\t5\t4\n3\t1\t9\t3\n"
    with pytest.raises(InputError, match="line 2: expected two ids"):
        read(content, columns=(1, 2, 3), weighted=True)
    graph = read(content, columns=(1, 2, 3), weighted=True, missing="drop")
    assert (edges_of(graph), graph.dropped.missing_values) == ({(1, 2): 7, (1, 3): 9}, 1)


@pytest.mark.parametrize("columns", [None, (1, 2)])
def test_blanks_in_place_of_tabs_are_separators(columns):
    assert read("source target\n1\t2\n2\t3\n", columns=columns).num_edges == 2
    assert read("".join(f"{i}\t{i + 1}\n" for i in range(3000)) + "5 10\n", columns=columns).num_edges == 3001
    assert set(edges_of(read("\t1\t2\n\t2\t3\n", columns=columns))) == {(1, 2), (2, 3)}


# --- rows that are none


@pytest.mark.parametrize("header", ["source  target", "who  whom"])
@pytest.mark.parametrize("rule", ["------  ------", "====== ======", "---  -----"])
@pytest.mark.parametrize("above", ["", "ann  bob\n"])
def test_a_rule_is_no_edge(header, rule, above):
    content = f"{header}\n{above}{rule}\nann     bob\nbob     eve\neve     ann\n"
    with pytest.raises(
        InputError, match=rf"line {3 if above else 2}: expected an edge, not a rule \(--comment '#[-=]'"
    ):
        read(content)
    assert read(content, comment="#" + rule[0]).num_edges == 3


@pytest.mark.parametrize("row", ["// two", "-- two", "/* two", ";; two", "//two three"])
@pytest.mark.parametrize("late", [False, True])
def test_a_comment_of_another_language_is_no_edge(row, late):
    rows = [f"n{i} n{i + 1}\n" for i in range(3000 if late else 3)]
    content = "".join([*rows[:-1], row + "\n", rows[-1]])
    with pytest.raises(
        InputError, match=rf"line {len(rows)}: expected an edge, found '.*', which may be a comment: add"
    ):
        read(content)
    assert read(content, comment="#" + row[0]).num_edges == len(rows)
    assert read(content, comment="").num_edges == len(rows) + 1


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("// one\nann bob\nbob eve\n", 1),
        ("// one\n// two three four\n\nann bob\nbob eve\n", 2),
        ("# zero\n// one\nann bob\nbob eve\n", 2),
        ("ann bob\n//end of a block\nbob eve\n//end\n", 2),
        ("//from\n1,2\n2,3\n", 1),
    ],
)
def test_lines_with_two_slashes_that_are_no_rows_are_comments(content, count):
    graph = read(content)
    assert (graph.num_edges, graph.dropped.header_lines, graph.dropped.comment_lines) == (2, 0, count)
    assert "(--comment '' if they are edges)" in graph.remarks[0]
    assert not any("comments" in remark for remark in read("// one\nann bob\nbob eve\n", comment="").remarks)


def test_a_file_of_slashes_has_no_edges():
    with pytest.raises(InputError, match="no edges found"):
        read("// one\n// two\n")


def test_comments_that_may_be_edges_are_said():
    graph = read("#1,#2\n#2,#3\n3,4\n")
    assert graph.remarks == ("took 2 lines such as '#1,#2' for comments (--comment '' if they are edges)",)
    assert read("# 1 2\n#1\n3,4\n").remarks == read("#1,2\n3,4\n", comment="#").remarks == ()


def test_addresses_without_a_scheme_are_ids():
    assert read("//a one\n//b one\n//a //b\n").num_edges == 3
    with pytest.raises(InputError, match="expected 2 columns as on line 1, found 3 in '//b c d'"):
        read("//a //b\n//b c d\n")


@pytest.mark.parametrize(
    "content", ["//a/b //c/d\n//c/d //e/f\n", "a b\nb --\n-- c\n", "a,b\n*,c\nb,c\n", "-,+\n+,a\na,-\n"]
)
def test_ids_of_marks_are_ids(content):
    assert read(content).num_edges == content.count("\n")


# --- words for no value


@pytest.mark.parametrize("word", ["NaT", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#N/A", "#NUM!"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_errors_of_spreadsheets_are_missing_values(word, mark):
    content = f"ann{mark}bob\nbob{mark}{word}\neve{mark}{word}\neve{mark}ann\n"
    with pytest.raises(InputError, match="line 2: expected two ids"):
        read(content)
    graph = read(content, missing="drop")
    assert (graph.num_nodes, graph.dropped.missing_values) == (3, 2)
    assert read(content, missing="keep").num_edges == 4


@pytest.mark.parametrize("word", ["-", "?", ".", "nil", "na", "[]", "''"])
def test_an_id_that_may_be_no_value_is_said_where_it_comes_back(word):
    graph = read(f"ann,{word}\nbob,{word}\neve,{word}\nann,bob\n")
    assert graph.remarks == (f"took {word!r}, which stands in 3 rows, for an id",)
    graph = read(f"ann,{word}\nann,bob\nbob,eve\neve,dan\n")
    assert graph.remarks == (f"took {word!r}, which stands in 1 row, for an id",)
    assert read(f"ann,{word}\n{word},bob\nbob,ann\n").remarks == ()  # an id stands in both columns


def test_minus_one_in_several_rows_is_said():
    assert read("1 2\n2 -1\n3 -1\n4 -1\n").remarks == ("took -1, which stands in 3 rows, for an id",)
    for content in ("1 2\n2 -1\n3 -1\n", "-1 2\n2 -2\n3 -1\n4 -1\n"):
        assert read(content).remarks == ()


@pytest.mark.parametrize("last", ["(2 rows)", "2 rows", "(1 row)", "3 records"])
def test_the_number_of_rows_is_no_edge(last):
    with pytest.raises(InputError, match=r"line 3: expected an edge, not the number of rows, found"):
        read(f"ann bob\nbob eve\n{last}\n")
    assert read("2 rows\nrows ann\n").num_edges == 2


def test_ids_that_look_the_same_are_said():
    graph = read("caf\u00e9,bob\ncafe\u0301,bob\n")
    assert graph.num_nodes == 3
    said = r"took ids such as 'caf\xe9' and 'cafe\u0301', which look the same, for different vertices"
    assert said in graph.remarks
    assert not any("look the same" in remark for remark in read("caf\u00e9,bob\ncafe,bob\n").remarks)


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_quotation_marks_behind_backslashes_are_within_fields(mark):
    graph = read(f'"a \\"b\\"{mark}c"{mark}"d"\n"d"{mark}"e"\n')
    assert set(graph.labels.tolist()) == {f'a "b"{mark}c', "d", "e"}
    assert 'read \\" as a quotation mark within a field' in graph.remarks
    assert "C:\\" in read('"C:\\","d"\n"d","e"\n').labels.tolist()
