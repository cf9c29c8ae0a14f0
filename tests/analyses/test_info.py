"""Descriptions of graphs: degrees, weights, and what reading dropped."""

import csv
import io
import json

import pytest

from graphspec.analyses import info
from graphspec.cli import run
from graphspec.readwrite import Reading

CONTENT = "source,target,weight\na,b,2\nb,c,3.5\nb,c,0.5\nc,c,9\nd,NA,1\ne,a,0\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text(CONTENT)
    return path


def test_weights_make_the_degrees_and_have_a_range_and_a_sum(path):
    statistics = info.run(path, info.InfoOptions(reading=Reading(weighted=True, missing="drop"))).statistics
    assert (statistics.degree_min, statistics.degree_mean, statistics.degree_median, statistics.degree_max) == (
        *(0.0, 3.0, 3.0, 6.0),
    )
    assert (statistics.weight_min, statistics.weight_max, statistics.weight_sum) == (2.0, 4.0, 6.0)


def test_without_weights_degrees_are_numbers_of_neighbours(path):
    statistics = info.run(path, info.InfoOptions(reading=Reading(missing="drop"))).statistics
    assert (statistics.degree_min, statistics.degree_mean, statistics.degree_max) == (1, 1.5, 2)
    assert isinstance(statistics.degree_max, int)
    assert (statistics.weight_min, statistics.weight_max, statistics.weight_sum) == (None, None, None)


def test_every_form_says_what_was_dropped(path, capsys):
    arguments = ["info", str(path), "--weighted", "--missing", "drop", "-q", "--format"]
    dropped = {"self_loops": 1, "duplicate_edges": 1, "header_lines": 1, "comment_lines": 0, "zero_weights": 1}
    dropped |= {"missing_values": 1}
    assert run([*arguments, "json"]) == 0
    assert json.loads(capsys.readouterr().out)["input"]["dropped"] == dropped
    assert run([*arguments, "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert {key: int(row[f"dropped_{key}"]) for key in dropped} == dropped
    assert (row["weight_sum"], row["degree_max"]) == ("6.0", "6.0")
    assert run([*arguments, "table"]) == 0
    table = capsys.readouterr().out
    assert "dropped missing values" in table
    assert "weight sum" in table
    assert run(["info", "karate", "-q"]) == 0
    assert "weight" not in capsys.readouterr().out
