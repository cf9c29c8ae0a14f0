"""Limits of memory: blocks get narrower, results stay the same, and what is needed is said before."""

import ctypes
import re
import sys
from dataclasses import replace

import numpy as np
import pytest
from spectra import random_graph, weighted_copy

from graphspec import ParameterError, Sampling, largest_component, open_graph, save_graph, write_edges
from graphspec.cli import run
from graphspec.machine import KERNEL_VARIABLE, resident_bytes, use_native
from graphspec.sketches.lanczos_pass import sample
from graphspec.sketches.moments import spectrum_moments
from graphspec.sketches.planning import WIDTHS, estimated_seconds, plan_pass, streamed
from graphspec.sketches.preparation import prepare
from graphspec.sketches.probe_pass import Pass

GRAPH = random_graph(20_000, 6.0, 1)


@pytest.mark.parametrize("graph", [GRAPH, weighted_copy(random_graph(3000, 6.0, 2), 3)], ids=["plain", "weighted"])
@pytest.mark.parametrize("width", [32, *WIDTHS[1:]])
def test_the_width_of_blocks_does_not_change_a_bit(graph, width):
    sampling = Sampling(num_probes=40, num_moments=20)
    prepared = prepare(graph, sampling)
    plan = plan_pass(prepared, 40)
    assert plan.block_width == 16
    wide, narrow = (sample(prepared, sampling, plan=replace(plan, block_width=each)) for each in (16, width))
    np.testing.assert_array_equal(wide.alpha, narrow.alpha)
    np.testing.assert_array_equal(wide.beta, narrow.beta)
    np.testing.assert_array_equal(wide.norm2, narrow.norm2)


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library"
)
def test_memory_that_is_free_is_given_back_where_it_is_limited():
    pieces = [np.ones(12_000) for _ in range(2000)]  # too small to be mapped each
    kept = pieces[-1]
    del pieces
    before = resident_bytes()
    plan_pass(prepare(GRAPH, Sampling()), 16, 10**12)
    assert resident_bytes() < before - 50_000_000
    assert kept.all()


def test_less_memory_makes_narrower_blocks(monkeypatch):
    assert resident_bytes() > 20_000_000
    monkeypatch.setattr("graphspec.sketches.planning.resident_bytes", lambda: 50_000_000)
    prepared = prepare(GRAPH, Sampling())
    operator = prepared.remainder.operator
    entries = operator.form().graph.indices
    free = plan_pass(prepared, 32)
    assert (free.block_width, free.num_rows, free.num_products) == (16, operator.num_rows, 32 * 50)
    assert free.num_entries == len(entries)
    assert free.num_bytes > 50_000_000
    widths = []
    for less in np.linspace(0, 12 * 15 * free.num_rows + entries.nbytes, 80):
        plan = plan_pass(prepared, 32, int(free.num_bytes - less))
        widths.append(plan.block_width)
        assert plan.num_bytes <= free.num_bytes - less
    assert widths == sorted(widths, reverse=True)
    assert set(widths) == set(WIDTHS)
    with pytest.raises(ParameterError, match=r"the pass needs at least .* MB for .* rows, more than the limit of 1 MB"):
        plan_pass(prepared, 16, 1_000_000)


@pytest.mark.parametrize("operator", ["normalized", "adjacency"])
@pytest.mark.parametrize("structure", [True, False])
def test_entries_from_disk_give_the_same_bits(operator, structure, tmp_path, monkeypatch):
    monkeypatch.setattr("graphspec.sketches.planning.resident_bytes", lambda: 50_000_000)
    sampling = Sampling(operator=operator, structure=structure)
    prepared = prepare(GRAPH, sampling)
    free = plan_pass(prepared, 16)
    assert not free.streamed
    plan = plan_pass(prepared, 16, free.num_bytes - 1)
    entries = prepared.remainder.operator.form().graph.indices
    assert (plan.streamed, plan.block_width, plan.num_bytes) == (True, 16, free.num_bytes - entries.nbytes)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    moved = streamed(prepared)
    mapped = moved.remainder.operator.form().graph.indices
    np.testing.assert_array_equal(mapped, entries)
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 1
    one, other = sample(prepared, sampling), sample(moved, sampling)
    np.testing.assert_array_equal(one.alpha, other.alpha)
    # What is on disk already cannot be moved there.
    again = plan_pass(moved, 16, plan.num_bytes + entries.nbytes - 1)
    assert (again.streamed, again.block_width) == (False, 8)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
def test_rows_are_reordered_where_the_copy_fits(monkeypatch, kernel):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    monkeypatch.setattr("graphspec.sketches.planning.resident_bytes", lambda: 50_000_000)
    sampling = Sampling(num_moments=70)
    prepared = prepare(random_graph(45_000, 6.0, 1), sampling)
    free = plan_pass(prepared, 16)
    entries, rows = free.num_entries, free.num_rows
    limited = plan_pass(prepared, 16, free.num_bytes - 1)
    assert (free.ordered, limited.ordered, limited.streamed, limited.block_width) == (True, False, False, 16)
    per_entry = 4 if use_native() else 8
    assert free.num_bytes - limited.num_bytes == per_entry * entries + 16 * rows
    assert plan_pass(prepared, 16, limited.num_bytes - 1).streamed
    orders = []
    for plan in (free, limited):
        run = Pass(prepared, sampling, plan, None)
        orders.append(run.product.layout.order)
    assert orders[0] is not None
    assert orders[1] is None
    moments = [spectrum_moments(sample(prepared, sampling, plan=plan)).values for plan in (free, limited)]
    np.testing.assert_allclose(*moments, atol=1e-6)


def test_few_products_do_not_repay_an_order():
    prepared = prepare(random_graph(45_000, 6.0, 1), Sampling(num_moments=38))
    assert Pass(prepared, Sampling(num_moments=38), plan_pass(prepared, 16), None).product.layout.order is None


def test_rows_of_a_mapped_file_are_not_reordered(tmp_path):
    path = tmp_path / "web.graph"
    save_graph(random_graph(45_000, 6.0, 1), path)
    prepared = prepare(open_graph(path), Sampling(structure=False))
    plan = plan_pass(prepared, 16)
    assert Pass(prepared, Sampling(structure=False), plan, None).product.layout.order is None


def test_graphs_that_are_mapped_or_weighted_are_not_moved(tmp_path, monkeypatch):
    monkeypatch.setattr("graphspec.sketches.planning.resident_bytes", lambda: 50_000_000)
    path = tmp_path / "web.graph"
    save_graph(GRAPH, path)
    for graph in (open_graph(path), weighted_copy(GRAPH, 1)):
        prepared = prepare(graph, Sampling(structure=False))
        free = plan_pass(prepared, 16)
        plan = plan_pass(prepared, 16, free.num_bytes - 1_000_000)
        assert (plan.streamed, plan.block_width) == (False, 8)


def test_a_pass_from_disk_is_announced_and_prints_the_same(tmp_path, capsys, monkeypatch):
    path = tmp_path / "edges.txt"
    write_edges(GRAPH, path)
    monkeypatch.setattr("graphspec.sketches.planning.resident_bytes", lambda: 98_000_000)
    plan = plan_pass(prepare(GRAPH, Sampling()), 16)
    limit = (plan.num_bytes // 1000 - 10) * 1000
    assert run(["spectrum", str(path), "--format", "csv", "--memory-limit", f"{limit // 1000}k"]) == 0
    limited = capsys.readouterr()
    assert "16 at once, entries read from disk: " in limited.err
    assert run(["spectrum", str(path), "--format", "csv"]) == 0
    assert capsys.readouterr().out == limited.out


@pytest.mark.parametrize("kernel", ["compiled", "portable"])
def test_time_grows_with_the_work(kernel, monkeypatch):
    monkeypatch.setenv(KERNEL_VARIABLE, kernel)
    prepared = prepare(GRAPH, Sampling())
    few, many = (estimated_seconds(prepared, plan_pass(prepared, count)) for count in (16, 1600))
    assert 0 < 10 * few < many


def test_what_the_pass_needs_is_said_before(tmp_path, capsys, monkeypatch):
    path = tmp_path / "edges.txt"
    write_edges(largest_component(GRAPH), path)  # without isolated vertices, which would be told too
    assert run(["spectrum", str(path), "--format", "csv", "--memory-limit", "20GB"]) == 0
    limited = capsys.readouterr()
    expected = r"graphspec: .*edges.txt: the pass: 800 products of [\d,]+ rows and [\d,]+ entries, 16 at once: "
    assert re.match(expected + r"[\d,]+ MB, about \d+\.\d s\n", limited.err)
    assert run(["spectrum", str(path), "--format", "csv"]) == 0
    assert capsys.readouterr() == (limited.out, "")
    monkeypatch.setattr("graphspec.sketches.planning.resident_bytes", lambda: 100_000_000)
    assert run(["spectrum", str(path), "--memory-limit", "100MB"]) == 1
    assert "more than the limit of 100 MB" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("size", "answer"), [("4GB", 0), ("2.5GiB", 0), ("2900000k", 0), ("12", 2), ("GB", 2), ("4XB", 2)]
)
def test_sizes(size, answer, capsys):
    assert run(["spectrum", "karate", "--memory-limit", size, "--format", "csv"]) == answer
    assert ("Invalid value for '--memory-limit'" in capsys.readouterr().err) == (answer == 2)
