"""Options of reading: their forms, and what contradicts each other."""

import io

import pytest

from graphspec import ParameterError, read_edges
from graphspec.options import declarations
from graphspec.readwrite.reading import Reading


def test_each_option_may_be_left_to_detection():
    reading = Reading()
    assert (reading.delimiter, reading.columns, reading.comment, reading.header, reading.weighted) == (
        *[None] * 4,
        False,
    )
    assert (reading.column_indices, reading.column_names, reading.comment_marks) == ((), (), "#%")
    assert (reading.missing, reading.encoding, reading.matrix, reading.separator) == ("error", None, False, None)
    assert Reading(columns=(3, 2, 4), weighted=True).column_indices == (2, 1, 3)
    assert Reading(columns=("a", "b")).column_names == ("a", "b")
    assert Reading(comment="").comment_marks == ""


@pytest.mark.parametrize(
    ("option", "value"),
    [(name, value) for name, declared in declarations(Reading).items() for value in declared.constraint.wrong_values()],
)
def test_values_of_a_wrong_form_are_refused(option, value):
    with pytest.raises(ParameterError, match=f"^`{option}` must be ") as caught:
        Reading(**{option: value})
    assert caught.value.parameter == option


@pytest.mark.parametrize("delimiter", ["", "é", "\n", "\r", '"'])
def test_a_delimiter_is_one_to_three_characters_or_a_word(delimiter):
    with pytest.raises(ParameterError, match=r"^`delimiter` must be one to three ASCII characters, or tab, .*, not "):
        read_edges(io.BytesIO(b"0 1\n"), delimiter=delimiter)


@pytest.mark.parametrize("delimiter", ["\t", " ", ",", "|", "\x01"])
def test_any_other_ascii_character_separates(delimiter):
    assert Reading(delimiter=delimiter).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "columns"),
    [(" 3, 1", (3, 1)), ("source,target", ("source", "target")), ("1,a", ("1", "a")), (" a b ,c", ("a b", "c"))],
)
def test_columns_are_numbers_or_names_between_commas(text, columns):
    assert declarations(Reading)["columns"].constraint.parse(text) == columns


def test_a_column_of_weights_is_named_if_and_only_if_it_is_read():
    with pytest.raises(ParameterError, match=r"^`weighted` needs a third column: `columns` I,J,K$") as caught:
        Reading(columns=(1, 2), weighted=True)
    assert caught.value.parameter == "weighted"
    with pytest.raises(ParameterError, match=r"a third column is a weight: add `weighted`, or name two `columns`$"):
        read_edges(io.BytesIO(b"0 1 2\n"), columns=[1, 2, 3])


def test_options_are_given_by_name_or_as_an_object():
    content = b"a;0;1\nb;1;2\n"
    for graph in (
        read_edges(io.BytesIO(content), columns=(2, 3), delimiter=";"),
        read_edges(io.BytesIO(content), Reading(columns=(2, 3), delimiter=";")),
        read_edges(io.BytesIO(content), Reading(columns=(1, 3)), columns=(2, 3)),
    ):
        assert (graph.num_nodes, graph.num_edges, graph.labels) == (3, 2, None)
    with pytest.raises(ParameterError, match="there is no option `seperator`"):
        read_edges(io.BytesIO(content), seperator=";")
