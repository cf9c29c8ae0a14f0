"""Tables: names are shortened in the middle, and fit."""

import re
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from graphspec.analyses import compare
from graphspec.output.tables import counted, make_table, render, short_names, shortened


@given(st.text(max_size=60), st.integers(3, 50))
def test_a_shortened_text_keeps_both_ends(text, width):
    short = shortened(text, width)
    assert len(short) == min(len(text), width)
    if len(text) <= width:
        assert short == text
    else:
        start, _, end = short.partition("…") if "…" not in text else (short[: width // 2], "", short[-1:])
        assert text.startswith(start)
        assert text.endswith(end)
        assert abs(len(start) - len(end)) <= 1 or "…" in text


def test_a_shortened_text_in_figures():
    assert shortened("com-dblp.ungraph.txt.gz", 12) == "com-db…xt.gz"


def test_names_are_shown_without_folders_where_they_differ():
    assert short_names(["a/x.txt", "b/y.txt"]) == ["x.txt", "y.txt"]
    assert short_names(["a/x.txt", "b/x.txt"]) == ["a/x.txt", "b/x.txt"]
    assert short_names(["-", "/"]) == ["-", "/"]


def test_a_count_has_its_noun():
    assert [counted(count, "vertex", "vertices") for count in (0, 1, 2000)] == [
        "0 vertices",
        "1 vertex",
        "2,000 vertices",
    ]


@pytest.mark.parametrize("width", [80, 100, 160])
@pytest.mark.parametrize("series", [False, True])
def test_long_names_are_on_one_line_of_a_comparison(tmp_path, width, series):
    paths = []
    for index in range(3):
        path = tmp_path / f"snapshot-{index}-{'of-a-network-with-a-long-name-' * 3}{index}.txt"
        edges = nx.gnm_random_graph(40, 100, seed=index).edges
        path.write_text("".join(f"{u} {v}\n" for u, v in edges))
        paths.append(str(path))
    result = compare.run(paths, compare.CompareOptions.of(num_moments=10, num_probes=2, series=series))
    lines = render(result.table(width), terminal=False, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    # A pair is one row, and each of its names shows where it begins and ends.
    pairs = [line for line in lines if len(re.findall("snap", line)) == 2]
    assert len(pairs) == (2 if series else 3)
    assert all(re.match(r"│ snap\S*…\S*\d\.txt │ snap\S*…\S*\d\.txt │ +\d", line) for line in pairs)
    assert "±" in "".join(lines)


def test_numbers_give_way_to_long_names_in_a_narrow_terminal():
    graphs = [nx.gnm_random_graph(40, 100, seed=seed) for seed in range(3)]
    result = compare.run(graphs, compare.CompareOptions.of(num_moments=10, num_probes=2))
    long = replace(result.comparison, names=tuple(f"{'long-' * 10}{index}" for index in range(3)))
    for names, width, heads in (
        (result.comparison, 80, "KL ± floor W1 ± KS ±"),
        (long, 100, "KL ± floor W1 ± KS ±"),
        (long, 80, "KL ± floor W1 KS"),
        (long, 70, "KL ± floor W1"),
        (long, 60, "KL ± floor"),
    ):
        text = render(replace(result, comparison=names).table(width), terminal=False, width=width)
        (line,) = [line for line in text.splitlines() if "KL" in line and "┃" in line]
        assert " ".join(re.findall(r"KL|±|floor|W1|KS", line)) == heads


def test_a_matrix_that_is_too_wide_is_left_out():
    graphs = [nx.gnm_random_graph(40, 100, seed=seed) for seed in range(9)]
    result = compare.run(graphs, compare.CompareOptions.of(num_moments=10, num_probes=2))
    assert len(result.table(160)) == len(result.table(60)) + 1 == 3


@pytest.mark.parametrize("width", [20, 40, 60])
def test_numbers_are_broken_and_not_cut_off(width):
    table = make_table("Title", {"name": "left", "first": "right", "second": "right"}, [("a", "0.123456789", "1e-12")])
    text = render([table], terminal=False, width=width)
    assert "…" not in text
    cells = [re.split(r"[│┃]", line)[1:-1] for line in text.splitlines() if line.startswith("│")]
    assert ["".join(part.strip() for part in column) for column in zip(*cells, strict=True)] == [
        "a",
        "0.123456789",
        "1e-12",
    ]
