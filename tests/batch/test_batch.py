"""Runs of plans: results as of the commands, what is done again, failures, kills, shards and workers."""

import json
import os
import random
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from plans import contents, graphspec_command, planned, run_plan, write_graphs, write_plan
from threadpoolctl import threadpool_limits

from graphspec import InputError, spectral_features
from graphspec.analyses import clusters, compare, spectrum
from graphspec.batch import Group, Shard, Store, groups_of, processes, run_groups
from graphspec.batch import store as store_module
from graphspec.batch.questions import QUESTIONS
from graphspec.batch.work import run_group
from graphspec.output import json_line
from graphspec.sketches import sketching

TIMES = tuple(np.geomspace(0.1, 10, 5).tolist())

PLAN = "datasets: [karate, 'data/*.txt']\ncommands: [spectrum, clusters, info]\n"


@pytest.fixture
def place(tmp_path):
    """Return a folder with a plan of four graphs and three commands."""
    write_graphs(tmp_path / "data", 3)
    write_plan(tmp_path, PLAN)
    return tmp_path


def test_results_are_those_of_the_commands(place, monkeypatch):
    write_plan(place, PLAN.replace("info]", "info, compare, {count: {to: 0.5}}]") + "grid: {seed: [3]}\n")
    progress = run_plan(place / "plan.yaml", place / "results")
    assert (len(progress.outcomes), progress.failures) == (4 * 4 + 1, [])
    monkeypatch.chdir(place)
    options = spectrum.SpectrumOptions.of(seed=3)
    expected = json_line(spectrum.run("data/g01.txt", options).record())
    assert (place / "results/spectrum/g01-seed=3.json").read_text() == expected
    expected = json_line(clusters.run("karate", clusters.ClustersOptions.of(seed=3)).record())
    assert (place / "results/clusters/karate-seed=3.json").read_text() == expected
    names = ["karate", *(f"data/g{number:02d}.txt" for number in range(3))]
    expected = json_line(compare.run(names, compare.CompareOptions.of(seed=3)).record())
    assert (place / "results/compare/all-seed=3.json").read_text() == expected


def test_features_are_a_row_for_every_graph(place):
    write_plan(place, "datasets: ['data/*.txt']\ncommands: [features: {times: '0.1:10:5', bins: 4}]\n")
    assert run_plan(place / "plan.yaml", place / "results").failures == []
    table = pd.read_csv(place / "results/features.csv")
    expected = spectral_features([place / f"data/g{number:02d}.txt" for number in range(3)], times=TIMES, bins=4)
    names = [f"features_{name}" for name in expected.names]
    np.testing.assert_allclose(table[names], expected.values, rtol=1e-12)
    assert {f"errors_{name}" for name in expected.names} <= {*table.columns}


def test_threads_of_blas_do_not_change_a_byte(place):
    write_graphs(place / "data", 1, nodes=500)
    write_plan(place, "datasets: [data/g00.txt]\ncommands: [spectrum, {count: {to: 0.5}}]\n")
    for threads in (1, 2):  # as a scheduler sets them, or machines of several sizes have them
        with threadpool_limits(threads, user_api="blas"):
            run_plan(place / "plan.yaml", place / str(threads))
    assert contents(place / "1") == contents(place / "2")


def test_passes_are_shared(place, monkeypatch):
    calls, sample = [], sketching.sample
    monkeypatch.setattr(sketching, "sample", lambda *given, **more: calls.append(1) or sample(*given, **more))
    write_plan(
        place, "datasets: [data/g00.txt]\ncommands: [spectrum, {clusters: {rule: eigengap}}, {count: {to: 0.5}}]\n"
    )
    run_plan(place / "plan.yaml", place / "results")
    assert len(calls) == 1


def test_a_comparison_takes_the_sketches_of_the_other_commands(place, monkeypatch):
    calls, sample = [], sketching.sample
    monkeypatch.setattr(sketching, "sample", lambda *given, **more: calls.append(1) or sample(*given, **more))
    write_plan(place, "datasets: ['data/*.txt']\ncommands: [spectrum, compare]\n")
    run_plan(place / "plan.yaml", place / "results")
    assert len(calls) == 3
    monkeypatch.chdir(place)
    expected = json_line(compare.run([f"data/g{number:02d}.txt" for number in range(3)]).record())
    assert (place / "results/compare/all.json").read_text() == expected


def test_what_is_there_is_not_done_again(place, monkeypatch):
    run_plan(place / "plan.yaml", place / "results")
    before = contents(place / "results")
    progress = run_plan(place / "plan.yaml", place / "results")
    assert (progress.planned, progress.skipped) == (0, 12)
    assert contents(place / "results") == before
    # A file that was touched and is the same, one that is another, and one that was damaged.
    os.utime(place / "data/g00.txt", (1, 1))
    with (place / "data/g01.txt").open("a") as stream:
        stream.write("0\t59\n")
    (place / "results/info/karate.json").write_text("{}")
    progress = run_plan(place / "plan.yaml", place / "results")
    done = {(outcome.command, outcome.dataset) for outcome in progress.outcomes}
    assert done == {("info", "karate"), ("info", "g01"), ("spectrum", "g01"), ("clusters", "g01")}
    # Other options of one command.
    write_plan(place, PLAN.replace("spectrum,", "{spectrum: {num_moments: 50}},"))
    progress = run_plan(place / "plan.yaml", place / "results")
    assert {outcome.command for outcome in progress.outcomes} == {"spectrum"}
    monkeypatch.setattr(store_module, "__version__", "9.9")
    assert run_plan(place / "plan.yaml", place / "results").planned == 12


def test_failures_are_noted_and_the_rest_goes_on(place):
    (place / "data/g00.txt").write_text("not an edge list at all\n\nwith lines\n")
    (place / "data/g01.txt").write_text("")
    write_plan(place, PLAN.replace("'data/*.txt'", "'data/*.txt', missing/none.txt"))
    progress = run_plan(place / "plan.yaml", place / "results")
    assert len(progress.failures) == 9
    assert len(progress.outcomes) == 15
    note = json.loads((place / "results/failed/spectrum/none.json").read_text())
    assert (note["command"], note["inputs"], note["parameters"]) == ("spectrum", ["missing/none.txt"], {})
    assert "missing/none.txt: cannot be read (No such file or directory)" in note["error"]
    summary = json.loads((place / "results/summary.json").read_text())["result"]
    assert (len(summary["results"]), len(summary["failures"]), summary["num_missing"]) == (6, 9, 0)
    assert not (place / "results/spectrum/g00.json").exists()
    # Mended files are done, and their notes go.
    write_graphs(place / "data", 3)
    (place / "missing").mkdir()
    (place / "missing/none.txt").write_text("0 1\n")
    progress = run_plan(place / "plan.yaml", place / "results")
    assert (progress.planned, progress.failures) == (9, [])
    assert list((place / "results/failed").rglob("*.json")) == []
    # A result of a file that is broken by now is no result.
    (place / "data/g00.txt").write_text("")
    assert len(run_plan(place / "plan.yaml", place / "results").failures) == 3
    assert not (place / "results/spectrum/g00.json").exists()


def test_inputs_that_are_not_there_now_cost_no_results(place, monkeypatch):
    (place / "mirror").mkdir()
    (place / "own.yaml").write_text("datasets:\n  few: {url: 'http://127.0.0.1:9/few.txt'}\n")
    (place / "mirror/few.txt").write_text("0 1\n1 2\n")
    monkeypatch.setenv("GRAPHSPEC_CATALOGUE", str(place / "own.yaml"))
    monkeypatch.setenv("GRAPHSPEC_DATA", str(place / "mirror"))
    write_plan(place, "datasets: [few, data/g00.txt]\ncommands: [spectrum, info, compare]\n")
    run_plan(place / "plan.yaml", place / "results")
    before = contents(place / "results")
    monkeypatch.delenv("GRAPHSPEC_DATA")
    (place / "data").rename(place / "elsewhere")
    assert run_plan(place / "plan.yaml", place / "results").planned == 0
    assert contents(place / "results") == before
    # What has to be made needs them.
    write_plan(place, "datasets: [few, data/g00.txt]\ncommands: [spectrum, info, {count: {to: 0.5}}]\n")
    progress = run_plan(place / "plan.yaml", place / "results")
    assert [(outcome.command, bool(outcome.error)) for outcome in progress.outcomes] == [("count", True)] * 2


def test_shards_make_the_same_as_one_run(place):
    run_plan(place / "plan.yaml", place / "whole")
    plan, store = planned(place / "plan.yaml"), Store(place / "parts")
    store.claim(plan)
    numbers = []
    for number in range(1, 4):
        groups, _ = groups_of(plan, store, shard=Shard(number, 3))
        numbers.append(sum(len(group.tasks) for group in groups))
        run_groups(groups, lambda: processes(1))
    assert numbers == [6, 3, 3]
    assert run_plan(place / "plan.yaml", place / "parts").planned == 0
    assert contents(place / "parts") == contents(place / "whole")


def test_processes_make_the_same_as_one(place):
    run_plan(place / "plan.yaml", place / "one")
    run_plan(place / "plan.yaml", place / "two", workers=2)
    assert contents(place / "two") == contents(place / "one")


def test_pictures_stand_beside_their_results(place):
    write_plan(place, "datasets: [karate]\ncommands: [spectrum, info]\n")
    run_plan(place / "plan.yaml", place / "results")
    assert run_plan(place / "plan.yaml", place / "results", plots=True).planned == 1
    assert (place / "results/spectrum/karate.png").read_bytes().startswith(b"\x89PNG")
    assert run_plan(place / "plan.yaml", place / "results", plots=True).planned == 0


def test_pictures_are_drawn_in_a_new_folder_and_go_with_their_results(place):
    write_plan(place, "datasets: [karate, data/g00.txt]\ncommands: [spectrum, info]\n")
    assert run_plan(place / "plan.yaml", place / "results", plots=True).failures == []
    picture, other = (place / f"results/spectrum/{name}.png" for name in ("karate", "g00"))
    assert picture.exists()
    assert other.exists()
    # Without --plots, none stays that is of another result.
    write_plan(place, "datasets: [karate, data/g00.txt]\ncommands: [{spectrum: {num_moments: 50}}, info]\n")
    (place / "data/g00.txt").write_text("")
    run_plan(place / "plan.yaml", place / "results")
    assert (place / "results/spectrum/karate.json").exists()
    assert not picture.exists()
    assert not other.exists()


def test_tables_have_a_row_for_every_result(place):
    write_plan(place, PLAN.replace("info]", "info, compare]") + "grid: {seed: [0, 1]}\n")
    run_plan(place / "plan.yaml", place / "results")
    lines = (place / "results/clusters.csv").read_text().splitlines()
    assert lines[0].startswith("name,num_nodes,num_edges,num_components,dataset,seed,count,count_low,count_high,")
    assert [line.split(",")[0] for line in lines[1:3]] == ["karate", "karate"]
    columns = lines[0].split(",")  # the other graphs have no gap that could be confirmed
    assert ("confirmed_count" in columns, "confirmed" in columns) == (True, False)
    assert len(lines) == 1 + 8
    assert len((place / "results/compare.csv").read_text().splitlines()) == 1 + 2 * 6
    header = (place / "results/spectrum.csv").read_text().splitlines()[0].split(",")
    assert [name for name in header if name.startswith("quantile")] == [
        f"quantile_{share}" for share in (0.05, 0.25, 0.5, 0.75, 0.95)
    ]


def test_folders_of_other_plans_and_files_are_refused(place):
    run_plan(place / "plan.yaml", place / "results")
    other = write_plan(place, PLAN, "other.yaml")
    with pytest.raises(InputError, match=r"holds the results of the plan plan\.yaml: name another folder"):
        run_plan(other, place / "results")
    with pytest.raises(InputError, match="holds other files than results of a batch"):
        run_plan(other, place / "data")
    with pytest.raises(InputError, match="is a file, and a folder for the results is needed"):
        run_plan(other, place / "data/g00.txt")


def test_results_of_no_task_are_told(place):
    run_plan(place / "plan.yaml", place / "results")
    write_plan(place, "datasets: [karate]\ncommands: [info]\n")
    plan = planned(place / "plan.yaml")
    names = Store(place / "results").strangers(plan)
    assert len(names) == 11
    assert "spectrum/karate.json" in names


# --- kills


class KilledError(BaseException):
    """Stands for a kill: nothing is cleaned up after it."""


@pytest.mark.parametrize("window", range(12))
def test_a_kill_in_any_window_of_writing_loses_at_most_the_task(place, window, monkeypatch):
    run_plan(place / "plan.yaml", place / "whole")
    original, calls, written = os.replace, [], []

    def replaced(source, target):
        """Die before or after the file is moved into place, and note which results were in their place."""
        calls.append(target)
        if len(calls) == 2 + window // 2 and window % 2 == 0:
            raise KilledError
        original(source, target)
        written.append(str(target))
        if len(calls) == 2 + window // 2:
            raise KilledError

    monkeypatch.setattr(os, "replace", replaced)
    with pytest.raises(KilledError):
        run_plan(place / "plan.yaml", place / "results")
    monkeypatch.setattr(os, "replace", original)
    finished = [path for path in written if ".graphspec" not in path]
    progress = run_plan(place / "plan.yaml", place / "results")
    again = {
        str((place / "results" / outcome.command / outcome.dataset).with_suffix(".json"))
        for outcome in progress.outcomes
    }
    assert again.isdisjoint(finished)
    assert contents(place / "results") == contents(place / "whole")


@pytest.mark.slow
def test_kills_at_random_lose_at_most_the_tasks_in_flight(tmp_path):
    write_graphs(tmp_path / "data", 30)
    plan = write_plan(tmp_path, "datasets: ['data/*.txt']\ncommands: [spectrum, info, {count: {to: 0.7}}]\n")
    run_plan(plan, tmp_path / "whole")
    generator, seen = random.Random(1), {}
    for _ in range(20):
        process = graphspec_command("batch", plan, "-o", tmp_path / "results", "-q")
        time.sleep(generator.uniform(0.3, 1.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for path in (tmp_path / "results").glob("[!.]*/*.json"):
            time_of = path.stat().st_mtime_ns
            assert seen.setdefault(path, time_of) == time_of, "done twice"
    process = graphspec_command("batch", plan, "-o", tmp_path / "results")
    process.communicate()
    assert process.returncode == 0
    assert contents(tmp_path / "results") == contents(tmp_path / "whole")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_a_run_and_the_next_goes_on(workers, tmp_path):
    write_graphs(tmp_path / "data", 30, nodes=120)
    plan = write_plan(tmp_path, "datasets: ['data/*.txt']\ncommands: [spectrum, clusters]\n")
    options = (plan, "-o", tmp_path / "results", "--workers", workers)
    # As in a terminal, all processes of the run get the signal.
    process = graphspec_command("batch", *options, start_new_session=True)
    assert re.match(r"\[1/60\] spectrum g\d\d: ", process.stderr.readline())
    os.killpg(process.pid, signal.SIGINT)
    rest = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert rest.endswith("graphspec: interrupted\n")
    assert "Traceback" not in rest
    done = len(list((tmp_path / "results").glob("[!.]*/*.json")))
    rest = graphspec_command("batch", *options).communicate(timeout=120)[1]
    assert f"{60 - done} done, {done} were there already" in rest


def die(*arguments, **options):
    """Stand for a task whose process is killed, as for want of memory."""
    if arguments[0][0] if isinstance(arguments[0], list) else arguments[0].name == "data/g01.txt":
        os._exit(9)
    return QUESTIONS["info"].run(*arguments, **options)


def test_a_worker_that_dies_takes_no_other_task_with_it(place, monkeypatch):
    plan, store = planned(place / "plan.yaml"), Store(place / "results")
    store.claim(plan)
    groups, _ = groups_of(plan, store)
    dying = QUESTIONS["info"].__class__("info", QUESTIONS["info"].options, die)
    changed = [
        Group(tuple(_with(task, dying) if task.question.name == "info" else task for task in group.tasks), group.folder)
        for group in groups
    ]
    progress = run_groups(changed, lambda: processes(2), window=4)
    failed = {(outcome.command, outcome.dataset) for outcome in progress.failures}
    assert failed == {("info", "g01"), ("spectrum", "g01"), ("clusters", "g01")}
    assert "the worker died 3 times" in progress.failures[0].error
    assert len(progress.outcomes) == 12


def _with(task, question):
    return task.__class__(question, task.sources, task.options, task.given, task.label)


def test_groups_can_be_sent_to_other_processes(place):
    import pickle

    plan, store = planned(place / "plan.yaml"), Store(place / "results")
    groups, _ = groups_of(plan, store)
    copy = pickle.loads(pickle.dumps(groups[0]))
    assert copy.tasks[0].options.given == groups[0].tasks[0].options.given
    assert [outcome.error for outcome in run_group(copy)] == ["", "", ""]


def test_any_executor_does_a_batch(place):
    import graphspec

    run_plan(place / "plan.yaml", place / "one")
    told = []
    with ThreadPoolExecutor(2) as pool:
        result = graphspec.run_batch(
            place / "plan.yaml", place / "two", executor=pool, listener=lambda _, ended: told.extend(ended)
        )
    assert (len(result.progress.outcomes), result.progress.failures, list(result.strangers)) == (12, [], [])
    assert len(told) == 12
    assert contents(place / "two") == contents(place / "one")
