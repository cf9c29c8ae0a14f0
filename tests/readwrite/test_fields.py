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
