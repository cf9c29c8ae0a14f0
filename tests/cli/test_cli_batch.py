"""``graphspec batch`` and ``graphspec report``: what is said, job arrays, clusters, and what cannot be done."""

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from daskworkers import local_workers
from test_cli import call, spawn  # noqa: F401

import graphspec
from graphspec.graphs.graph import Graph

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a folder with a plan of six graphs and two commands, and go there."""
    for number in range(6):
        network = nx.gnp_random_graph(80, 0.1, seed=number)
        graphspec.write_edges(Graph.from_networkx(network), tmp_path / f"g{number}.txt")
    (tmp_path / "plan.yaml").write_text("datasets: ['g*.txt']\ncommands: [spectrum, info]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file() and not path.name.startswith("run")
    }


def test_lines_in_a_log_and_what_is_written(call, place):  # noqa: F811
    code, out, err = call("batch", "plan.yaml", "-o", "results")
    assert (code, out) == (0, "")
    lines = err.splitlines()
    assert lines[0].startswith("[1/12] spectrum g0: ")
    assert [line.partition(" ")[0] for line in lines[:-1]] == [f"[{number}/12]" for number in range(1, 13)]
    assert lines[-1].startswith("graphspec: 12 done, ")
    names = {path.name for path in (place / "results").iterdir()}
    assert names == {".graphspec", "spectrum", "info", "spectrum.csv", "info.csv", "summary.json", "run.json"}
    run = json.loads((place / "results/run.json").read_text())
    assert (run["version"], run["tasks"]["done"], run["plan"]["path"]) == (graphspec.__version__, 12, "plan.yaml")
    assert run["ended"] is not None
    before = files_of("results")
    code, _, err = call("batch", "plan.yaml", "-o", "results")
    assert (code, err.splitlines()) == (0, [err.splitlines()[0]])
    assert err.startswith("graphspec: 0 done, 12 were there already, ")
    assert files_of("results") == before


def test_quiet_says_failures_alone(call, place):  # noqa: F811
    (place / "g3.txt").write_text("")
    code, out, err = call("batch", "plan.yaml", "-o", "results", "-q")
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert line.startswith("spectrum, info g3: failed: g3.txt: ")


def test_five_broken_inputs_among_thirty(call, tmp_path, monkeypatch):  # noqa: F811
    for number in range(30):
        graphspec.write_edges(
            Graph.from_networkx(nx.gnp_random_graph(40, 0.2, seed=number)), tmp_path / f"g{number:02d}.txt"
        )
    broken = {"g03": "", "g07": "1 2\n3\n", "g11": "<html>\n", "g19": "1 2 3\n1 2\n", "g23": "a b\nb NA\n"}
    for name, content in broken.items():
        (tmp_path / f"{name}.txt").write_text(content)
    (tmp_path / "plan.yaml").write_text("datasets: ['g*.txt']\ncommands: [info]\n")
    monkeypatch.chdir(tmp_path)
    code, _, err = call("batch", "plan.yaml", "-o", "results")
    assert code == 1
    failures = [line for line in err.splitlines() if "failed:" in line]
    assert len(failures) == 5
    for name, line in zip(broken, failures, strict=True):
        assert f"info {name}: failed: {name}.txt" in line
    assert len(list((tmp_path / "results/info").iterdir())) == 25


def test_events_in_json(call, place):  # noqa: F811
    (place / "g3.txt").write_text("1 2\n3\n")
    code, _, err = call("batch", "plan.yaml", "-o", "results", "--log-json")
    events = [json.loads(line) for line in err.splitlines()]
    assert code == 1
    assert [event["event"] for event in events].count("done") == 10
    assert events[0] == {"event": "begin", "tasks": 12, "done_before": 0}
    assert (events[-1]["event"], events[-1]["done"], events[-1]["failed"]) == ("end", 10, 2)
    failed = [event for event in events if event["event"] == "failed"]
    assert {(event["command"], event["dataset"]) for event in failed} == {("spectrum", "g3"), ("info", "g3")}
    assert "line 2: expected" in failed[0]["error"]


def test_a_dry_run_prints_tasks_and_writes_nothing(call, place):  # noqa: F811
    (place / "plan.yaml").write_text("datasets: ['g*.txt', com-dblp]\ncommands: [spectrum, classify]\n")
    code, out, err = call("batch", "plan.yaml", "-o", "results", "--dry-run")
    assert (code, err) == (0, "")
    assert "14 tasks to do, about" in out
    assert "1,049,866" in out
    assert not (place / "results").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.yaml", "-o", "results"], 1, "none.yaml: the plan cannot be read (No such file or directory)"),
        (["plan.yaml"], 2, "Missing option '-o'"),
        (["plan.yaml", "-o", "results", "--shard", "0/3"], 2, "'0/3' is not a part such as 3/20, from 1/20 to 20/20"),
        (["plan.yaml", "-o", "results", "--shard", "4/3"], 2, "'4/3' is not a part"),
        (["plan.yaml", "-o", "results", "--shard", "two"], 2, "'two' is not a part"),
        (["plan.yaml", "-o", "results", "--workers", "0"], 2, "--workers"),
        (["plan.yaml", "-o", "g1.txt"], 1, "g1.txt: is a file, and a folder for the results is needed"),
        (["plan.yaml", "-o", "."], 1, "holds other files than results of a batch"),
        (["bad.yaml", "-o", "results"], 1, "bad.yaml: spectrum: --num-moments must be a whole number"),
        (["plan.yaml", "-o", "results", "--catalogue", "none.yaml"], 1, "none.yaml: the catalogue cannot be read"),
    ],
)
def test_what_cannot_be_done(call, place, arguments, code, message):  # noqa: F811
    (place / "bad.yaml").write_text("datasets: ['g*.txt']\ncommands: [{spectrum: {num-moments: 0}}]\n")
    found, out, err = call("batch", *arguments)
    assert (found, out) == (code, "")
    assert message in err
    if code == 1:
        assert len(err.splitlines()) == 1


def test_shards_in_parallel_processes_make_what_one_run_makes(call, place):  # noqa: F811
    processes = [spawn("batch", "plan.yaml", "-o", "parts", "-q", "--shard", f"{number}/4") for number in range(1, 5)]
    assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
    for process in processes:
        process.communicate()
    assert not (place / "parts/summary.json").exists()
    assert {path.name for path in (place / "parts").glob("run*")} == {
        f"run-{number}-of-4.json" for number in range(1, 5)
    }
    assert call("batch", "plan.yaml", "-o", "parts", "-q")[0] == 0
    assert call("batch", "plan.yaml", "-o", "one", "-q")[0] == 0
    assert files_of("parts") == files_of("one")


def test_the_script_of_a_job_array(place):
    script = ROOT / "examples" / "slurm.sh"
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for number in ("1", "2", "3"):
        variables = {
            "SLURM_ARRAY_TASK_ID": number,
            "SLURM_ARRAY_TASK_COUNT": "3",
            "PLAN": "plan.yaml",
            "RESULTS": "parts",
        }
        done = subprocess.run(
            ["bash", script], env={**environment, **variables}, capture_output=True, text=True, check=False, cwd=place
        )
        assert done.returncode == 0, done.stderr
    assert len(list((place / "parts").glob("*/*.json"))) >= 12
    found = subprocess.run(["bash", "-n", script], check=False)
    assert found.returncode == 0


@pytest.mark.slow
def test_a_batch_and_a_spectrum_on_two_dask_workers(call, place):  # noqa: F811
    pytest.importorskip("distributed")
    (place / "dask").mkdir()
    assert call("batch", "plan.yaml", "-o", "one", "-q")[0] == 0
    graphspec.save_graph(graphspec.generate("ba", 4000, 1, m=3), place / "big.graph")
    expected = json.loads(call("spectrum", "big.graph", "--format", "json")[1])
    with local_workers(place / "dask") as (address, _):
        code, _, err = call("batch", "plan.yaml", "-o", "two", "--scheduler", address)
        assert (code, err.splitlines()[-1][:19]) == (0, "graphspec: 12 done,")
        found = json.loads(call("spectrum", "big.graph", "--format", "json", "--scheduler", address)[1])
    assert files_of("two") == files_of("one")
    assert found["result"]["moments"] == pytest.approx(expected["result"]["moments"], abs=1e-6)
    assert found["parameters"] == expected["parameters"]
    code, _, err = call("batch", "plan.yaml", "-o", "three", "--scheduler", "tcp://127.0.0.1:9")
    assert code == 1
    assert "tcp://127.0.0.1:9: the scheduler does not answer" in err


def test_a_report_is_made_of_a_folder(call, place):  # noqa: F811
    call("batch", "plan.yaml", "-o", "results", "-q")
    code, out, err = call("report", "results", "-o", "report.html")
    assert (code, out) == (0, "")
    assert err.startswith("graphspec: report.html: 0.")
    page = (place / "report.html").read_text()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert all(f"g{number}" in page for number in range(6))
    code, out, err = call("report", "results", "-o", "-")
    assert (code, out, err) == (0, page, "")
    code, _, err = call("report", "nothing", "-o", "report.html")
    assert (code, err) == (1, "graphspec: error: nothing: the folder does not exist\n")
    code, _, err = call("report", "results", "-o", "no/report.html")
    assert code == 1
    assert "the folder no does not exist: make it first" in err
