"""Passes that workers share by their probes: process pools and Dask, mapped graphs, workers that die."""

import multiprocessing
import signal
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import networkx as nx
import numpy as np
import pytest
from daskworkers import local_workers

import graphspec
from graphspec import Cluster, Graph, GraphspecError
from graphspec.sketches import cluster as cluster_module
from graphspec.sketches import spectrum_moments

OPTIONS = {"num_moments": 20, "num_probes": 13, "seed": 5, "first_probe": 3}


@pytest.fixture(scope="module")
def graph():
    return Graph.from_networkx(nx.barabasi_albert_graph(3000, 3, seed=1), name="ba")


def assert_same(found, expected):
    np.testing.assert_allclose(spectrum_moments(found).values, spectrum_moments(expected).values, atol=1e-6)
    assert found.probe_ranges == expected.probe_ranges
    np.testing.assert_array_equal(found.low_moments, expected.low_moments)
    assert (found.source, found.options, found.atoms) == (expected.source, expected.options, expected.atoms)


class Noted(Executor):
    """Notes what it is given, and does it at once."""

    def __init__(self):
        self.parts, self.sources, self.moments = [], [], []

    def submit(self, function, source, sampling, part, moments):
        self.parts.append(part)
        self.sources.append(source)
        self.moments.append(moments)
        future = Future()
        future.set_result(function(source, sampling, part, moments))
        return future


@pytest.mark.parametrize(("workers", "parts"), [(1, [13]), (2, [6, 7]), (5, [2, 3, 2, 3, 3]), (50, [2, 2, 2, 2, 2, 3])])
def test_parts_are_as_many_as_workers_and_have_two_probes_at_least(graph, workers, parts):
    noted = Noted()
    found = graphspec.sketch(graph, cluster=Cluster(noted, workers), **OPTIONS)
    assert [len(part) for part in noted.parts] == parts
    assert noted.moments == [True] + [False] * (len(parts) - 1)  # one computes the exact moments for all
    assert noted.parts[0].start == 3
    assert noted.parts[-1].stop == 16
    assert_same(found, graphspec.sketch(graph, **OPTIONS))


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_executors_of_the_standard_library(graph, kind):
    more = {"mp_context": multiprocessing.get_context("spawn")} if kind is ProcessPoolExecutor else {}
    told = []
    with kind(2, **more) as pool:
        found = graphspec.sketch(
            graph, cluster=Cluster(pool, 2, threads=1), progress=lambda done, all_: told.append((done, all_)), **OPTIONS
        )
    assert_same(found, graphspec.sketch(graph, **OPTIONS))
    assert told[-1] == (130, 130)


def test_a_mapped_graph_is_opened_and_not_sent(graph, tmp_path):
    path = tmp_path / "ba.graph"
    graphspec.save_graph(graph, path)
    noted = Noted()
    mapped = graphspec.open_graph(path)
    found = graphspec.sketch(mapped, cluster=Cluster(noted, 2), **OPTIONS)
    assert noted.sources == [(str(path), path.stat().st_mtime_ns)] * 2
    assert_same(found, graphspec.sketch(mapped, **OPTIONS))


def test_a_tolerance_adds_probes_on_the_workers(graph):
    noted, options = Noted(), {"num_moments": 20, "num_probes": 4, "tolerance": 0.002, "max_probes": 64}
    found = graphspec.sketch(graph, cluster=Cluster(noted, 2), **options)
    expected = graphspec.sketch(graph, **options)
    assert len(noted.parts) > 2
    assert found.num_probes == expected.num_probes > 4
    assert_same(found, expected)


def test_options_of_the_graph_reach_the_workers():
    network = nx.disjoint_union(nx.barabasi_albert_graph(1500, 2, seed=1), nx.star_graph(700))
    part = Graph.from_networkx(network)
    options = {**OPTIONS, "operator": "regularized", "tau": 3.0, "component": "largest", "structure": False}
    found = graphspec.sketch(part, cluster=Cluster(Noted(), 2), **options)
    assert_same(found, graphspec.sketch(part, **options))


def test_small_graphs_and_operators_are_not_spread(graph):
    noted = Noted()
    found = graphspec.sketch(nx.karate_club_graph(), cluster=Cluster(noted, 2))
    assert found.exact
    operator = graphspec.graph_operator(graph)
    graphspec.sketch(operator.matrix(), cluster=Cluster(noted, 2), num_moments=10)
    whole = graphspec.linear_operator(operator.matrix())
    assert graphspec.sketch(whole, num_moments=10, num_probes=4, cluster=Cluster(noted, 2)).num_probes == 4


# --- Dask


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """Return the address of a scheduler and the processes of its two workers."""
    pytest.importorskip("distributed")
    with local_workers(tmp_path_factory.mktemp("dask")) as started:
        yield started


@pytest.mark.slow
def test_two_dask_workers_agree_with_one_process(graph, dask, tmp_path):
    path = tmp_path / "ba.graph"
    graphspec.save_graph(graph, path)
    for source in (graph, graphspec.open_graph(path)):
        found = graphspec.sketch(source, scheduler=dask[0], **OPTIONS)
        assert_same(found, graphspec.sketch(source, **OPTIONS))


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(dask):
    address, workers = dask
    graph = graphspec.generate("ba", 60_000, 1, m=3)
    options = {"num_moments": 200, "num_probes": 1024}  # some seconds of work for each worker
    timer = threading.Timer(0.7, lambda: workers[1].send_signal(signal.SIGKILL))
    start = time.monotonic()
    timer.start()
    found = graphspec.sketch(graph, scheduler=address, **options)
    assert time.monotonic() - start > 0.7, "the work was done before the worker was killed"
    assert workers[1].wait(30) == -signal.SIGKILL
    assert_same(found, graphspec.sketch(graph, **options))


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_one_line():
    pytest.importorskip("distributed")
    with (
        pytest.raises(GraphspecError, match=r"^tcp://127\.0\.0\.1:9: the scheduler does not answer \(.*\)$") as error,
        cluster_module.dask_cluster("tcp://127.0.0.1:9", timeout=1),
    ):
        pass
    assert "\n" not in str(error.value)
