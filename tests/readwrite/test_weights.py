"""The column of weights, and numbers with marks in them."""

import pytest
from edgelists import edges_of, read

from graphspec.errors import InputError


def weights_of(content):
    graph = read(content, weighted=True)
    return sorted(edges_of(graph).values()), graph.remarks


@pytest.mark.parametrize(
    "content",
    [
        "Source,Target,Count,Weight\n10,20,7,1.5\n20,30,7,2.5\n",
        "Source,Target,Edge Weight,Count\n10,20,1.5,7\n20,30,2.5,7\n",
        "source,target,score_type,score\n10,20,a,1.5\n20,30,b,2.5\n",
        "source,target,score_type,combined_score\n10,20,a,1.5\n20,30,b,2.5\n",
        "source,target,value label,value\n10,20,3 of 4,1.5\n20,30,1 of 5,2.5\n",
        "score,source,target\n1.5,10,20\n2.5,20,30\n",
    ],
)
def test_the_weight_is_a_column_of_numbers_named_so(content):
    assert weights_of(content) == ([1.5, 2.5], ())


def test_of_two_names_of_weights_the_shorter_is_taken_and_that_is_said():
    found, remarks = weights_of("source,target,cooccurrence_count,score\n10,20,7,1.5\n20,30,7,2.5\n")
    assert found == [1.5, 2.5]
    assert remarks == (
        "took column 4 (score) for the weight; cooccurrence_count is named so as well (--columns takes others)",
    )


@pytest.mark.parametrize("names", ["source,target,post_id,karma", "karma,source,target,type"])
def test_the_only_column_of_numbers_is_the_weight_and_that_is_said(names):
    row = dict(source=("10", "20"), target=("20", "30"), post_id=("70", "71"), karma=("1.5", "2.5"), type=("1", "2"))
    rows = [",".join(row[name][number] for name in names.split(",")) for number in (0, 1)]
    found, remarks = weights_of("\n".join([names, *rows]))
    assert found == [1.5, 2.5]
    column = names.split(",").index("karma") + 1
    assert f"took column {column} (karma) for the weight; no column is named as a weight" in remarks[-1]


@pytest.mark.parametrize("others", ["post_id,user_id", "a1,b1", "type,label"])
def test_where_no_column_or_several_may_be_the_weight_one_has_to_be_named(others):
    with pytest.raises(InputError, match="no column is named as a weight; the columns are source, target"):
        weights_of(f"source,target,{others}\n10,20,1,2\n20,30,2,3\n")


def test_a_weight_that_is_no_number_is_reported_with_its_line():
    with pytest.raises(InputError, match="line 4"):
        weights_of("source,target,weight\n10,20,1\n20,30,2\n30,10,x\n")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('source,target,weight\n10,20,"1,234"\n20,30,"2,500"\n30,10,56\n', [56, 1234, 2500]),
        ('10,20,"1,234,567"\n20,30,"2,500.5"\n30,10,56.25\n', [56.25, 2500.5, 1234567]),
        ("10\t20\t1,234,567\n20\t30\t2,500\n", [2500, 1234567]),
        ("10;20;1,25\n20;30;2,500\n", [1.25, 2.5]),
        ("10;20;0,125\n20;30;2,500\n", [0.125, 2.5]),
        ('10,20,"1,25"\n20,30,"2,500"\n', [1.25, 2.5]),
        ("10;20;1,5\n20;30;7\n", [1.5, 7]),
    ],
)
def test_marks_of_thousands_and_of_decimals_are_told_apart(content, expected):
    assert weights_of(content)[0] == expected


@pytest.mark.parametrize(
    "content", ["10;20;1.234\n30;10;1,5\n", "10;20;0.5\n30;10;1,5\n", "10;20;1,23\n20;30;1,234,567\n"]
)
def test_marks_that_contradict_each_other_are_refused(content):
    with pytest.raises(InputError, match="line 2: expected a weight in the notation of the others"):
        weights_of(content)


def test_marks_that_may_be_of_thousands_or_of_decimals_are_said():
    found, remarks = weights_of("10;20;1,234\n20;30;2,500\n")
    assert found == [1.234, 2.5]
    assert remarks == ("read commas in weights such as '1,234' as decimal marks",)
    found, remarks = weights_of('10,20,"1,234"\n20,30,"2,500"\n')
    assert found == [1234, 2500]
    assert remarks == ("read commas in weights such as '1,234' as marks of thousands",)
