import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import graphspec
from graphspec.analyses import spectrum
from graphspec.cli import COMMANDS, run
from graphspec.output import json_line
from graphspec.sketches.moments import spectrum_moments

GRID_KEYS = ["eigenvalue", "density", "density_low", "density_high", "count", "count_low", "count_high"]


@pytest.fixture(scope="module")
def edges(tmp_path_factory):
    """A graph that is sampled (not solved densely), with two components and weights in a third column."""
    path = tmp_path_factory.mktemp("cli") / "edges.txt"
    graph = nx.disjoint_union(nx.gnm_random_graph(500, 2000, seed=11), nx.gnm_random_graph(60, 240, seed=12))
    lines = [f"{u}\t{v}\t{1 + (u * v) % 7}" for u, v in graph.edges]
    path.write_text("# source\ttarget\tweight\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def call(capfd):
    """Run the command line and return exit code, standard output and standard error."""

    def calling(*arguments):
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return calling


def record_of(output):
    (line,) = output.splitlines()
    return json.loads(line)


def spawn(*arguments, **options):
    command = [sys.executable, "-m", "graphspec", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


# --- what comes out


def test_spectrum_json_follows_the_contract(call, edges):
    code, out, err = call("spectrum", edges, "--format", "json")
    assert (code, err) == (0, "")
    record = record_of(out)
    assert list(record) == ["schema", "version", "command", "input", "parameters", "result"]
    assert record["schema"] == "graphspec/1"
    assert record["version"] == graphspec.__version__
    assert record["command"] == "spectrum"
    assert record["input"]["num_edges"] == 2240
    assert record["input"]["dropped"]["comment_lines"] == 1
    result = record["result"]
    assert list(result) == ["method", "num_matvecs", "atoms", "grid", "moments", "moment_sem", "solver"]
    assert list(result["grid"]) == GRID_KEYS
    assert {len(values) for values in result["grid"].values()} == {2001}
    assert result["grid"]["eigenvalue"][0] == 0.0
    assert result["grid"]["eigenvalue"][-1] == 2.0
    assert len(result["moments"]) == len(result["moment_sem"]) == 101
    assert result["num_matvecs"] == 16 * 50
    assert set(result["solver"]) == {"converged", "iterations", "residual", "ridge"}
    assert result["solver"]["converged"]


def test_spectrum_says_what_the_library_says(call, edges):
    result = record_of(call("spectrum", edges, "--format", "json")[1])["result"]
    sketch = graphspec.sketch(graphspec.read_edges(edges))
    density = graphspec.density(sketch)
    points = density.grid(2001)
    np.testing.assert_array_equal(result["grid"]["density"], density.density(points).value)
    np.testing.assert_array_equal(result["grid"]["count_high"], density.count(points).high)
    np.testing.assert_array_equal(result["moments"], spectrum_moments(sketch).values)


def test_mass_of_grid_and_atoms_is_one(call, edges):
    record = record_of(call("spectrum", edges, "--format", "json")[1])
    grid, atoms = record["result"]["grid"], record["result"]["atoms"]
    atom_mass = sum(atom["multiplicity"] for atom in atoms) / record["input"]["num_nodes"]
    # The trapezoidal rule on 2001 points is good to this on a density that is resolved to pi / 100.
    assert np.trapezoid(grid["density"], grid["eigenvalue"]) + atom_mass == pytest.approx(1, abs=1e-4)
    assert grid["count"][-1] == pytest.approx(record["input"]["num_nodes"], abs=1e-6)
    assert grid["count"][0] == pytest.approx(record["input"]["num_components"], abs=1e-6)


def test_spectrum_csv_has_one_row_a_grid_point(call, edges):
    code, out, _ = call("spectrum", edges, edges, "--format", "csv", "--grid-points", 11)
    rows = list(csv.reader(io.StringIO(out)))
    assert code == 0
    assert rows[0] == ["name", "num_nodes", "num_edges", "num_components", "method", "num_matvecs", *GRID_KEYS]
    assert len(rows) == 1 + 2 * 11
    assert rows[1][:4] == [str(edges), "560", "2240", rows[1][3]]
    assert float(rows[11][rows[0].index("eigenvalue")]) == 2.0


def test_table_draws_a_density_and_names_the_input(call, edges):
    code, out, _ = call("spectrum", edges)
    assert code == 0
    assert f"{edges}: 560 vertices, 2,240 edges" in out.replace("\n", "")
    assert "█" in out
    assert "components" in out
    assert "Quantiles, with 95% intervals" in out
    assert "\x1b[" not in out


def test_info(call, edges):
    code, out, _ = call("info", edges, "--format", "json")
    graph = graphspec.read_edges(edges)
    record = record_of(out)
    assert code == 0
    assert record["result"]["degree_mean"] == pytest.approx(2 * graph.num_edges / graph.num_nodes)
    assert record["result"]["degree_max"] == graph.num_neighbours.max()
    assert record["result"]["density"] == pytest.approx(2 * graph.num_edges / 560 / 559)
    assert record["result"]["largest_component"] == graphspec.largest_component(graph).num_nodes
    _, table, _ = call("info", edges)
    assert "degree mean" in table
    _, rows, _ = call("info", edges, edges, "--format", "csv")
    assert len(rows.splitlines()) == 3


def test_catalogue_names_are_inputs(call):
    code, out, _ = call("info", "karate", "--format", "json")
    assert code == 0
    assert record_of(out)["input"]["num_edges"] == 78


def test_standard_input_is_an_input(edges):
    with edges.open("rb") as stream, spawn("spectrum", "-", "--format", "json", stdin=stream) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    record = record_of(out.decode())
    assert record["input"]["name"] == "-"
    assert record["input"]["num_nodes"] == 560


def test_many_inputs_give_one_line_each(call, edges):
    _, out, _ = call("spectrum", edges, "karate", "--format", "json", "--num-moments", 20)
    assert [json.loads(line)["input"]["name"] for line in out.splitlines()] == [str(edges), "karate"]


# --- same seed, same bytes


def test_threads_and_repetition_do_not_change_a_byte(call, edges):
    first = call("spectrum", edges, "--format", "json", "--threads", 1)[1]
    assert call("spectrum", edges, "--format", "json", "--threads", 2)[1] == first
    assert call("spectrum", edges, "--format", "json", "-v")[1] == first


@pytest.mark.parametrize("command", [["spectrum"], ["count", "--to", "0.5", "--method", "lanczos"], ["clusters"]])
def test_threads_of_blas_do_not_change_a_byte(call, edges, command):
    def answered(threads):
        with threadpool_limits(threads, user_api="blas"):
            return call(*command, edges, "--format", "json")

    assert answered(1) == answered(2)


def test_python_gives_the_bytes_of_the_command_with_any_threads_of_blas(call, edges):
    with threadpool_limits(2, user_api="blas"):
        result = spectrum.run(str(edges), spectrum.SpectrumOptions.of(method="kpm"))
        assert json_line(result.record()) == call("spectrum", edges, "--method", "kpm", "--format", "json")[1]


def test_threads_reach_the_pass(call, edges, monkeypatch):
    from graphspec import machine

    asked = []
    original = machine.ThreadPoolExecutor

    def recording(threads):
        asked.append(threads)
        return original(threads)

    monkeypatch.setattr(machine, "ThreadPoolExecutor", recording)
    call("spectrum", edges, "--threads", 3, "--num-moments", 4, "--num-probes", 64)
    assert set(asked) == {3}


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_pictures_are_drawn_and_reproducible(call, edges, tmp_path, suffix):
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    for path in (first, second):
        code, _, err = call("spectrum", edges, "--plot", path, "--num-moments", 20)
        assert (code, err) == (0, "")
    magic = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}[suffix]
    assert first.read_bytes().startswith(magic)
    assert first.stat().st_size > 10_000
    assert first.read_bytes() == second.read_bytes()


# --- sketches


def test_a_sketch_answers_like_the_edge_list(call, edges, tmp_path):
    path = tmp_path / "web.npz"
    code, out, err = call("sketch", edges, "-o", path, "--format", "json")
    assert (code, err) == (0, "")
    assert record_of(out)["result"] == {
        "num_probes": 16,
        "num_steps": 50,
        "probe_ranges": [{"seed": 0, "start": 0, "stop": 16}],
        "path": str(path),
    }
    assert call("spectrum", path, "--format", "json")[1] == call("spectrum", edges, "--format", "json")[1]


def test_merged_jobs_are_the_whole(call, edges, tmp_path):
    parts = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for path, first, count in zip(parts, (0, 5), (5, 11), strict=True):
        assert call("sketch", edges, "-o", path, "--num-probes", count, "--first-probe", first)[0] == 0
    whole, united = tmp_path / "whole.npz", tmp_path / "united.npz"
    call("sketch", edges, "-o", whole)
    code, out, _ = call("merge", *parts, "-o", united, "--format", "json")
    assert code == 0
    record = record_of(out)
    assert [part["name"] for part in record["inputs"]] == [str(edges), str(edges)]
    assert record["result"]["probe_ranges"] == [{"seed": 0, "start": 0, "stop": 16}]
    # Another block width may round differently.
    expected, found = (spectrum_moments(graphspec.load_sketch(path)).values for path in (whole, united))
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_sketch_can_go_to_standard_output(edges):
    with spawn("sketch", edges, "-o", "-", "--num-moments", 10) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert graphspec.load_sketch(io.BytesIO(out)).num_probes == 16


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--operator", "adjacency"], "made with --operator normalized"),
        (["--component", "largest"], "made with --component all"),
        (["--num-probes", "8"], "made with --num-probes 16"),
        (["--seed", "3"], "made with --seed 0"),
        (["--no-structure"], "made with --structure"),
        (["--weighted"], "made without --weighted"),
        (["--tolerance", "0.1"], "cannot be given more probes"),
        (["--method", "exact"], "a sketch holds no matrix"),
        (["--num-moments", "200"], "the sketch holds 100 moments, not 200"),
        (["--delimiter", ","], "a sketch is not read with --delimiter"),
    ],
)
def test_what_a_sketch_cannot_serve(call, edges, tmp_path, options, message):
    path = tmp_path / "web.npz"
    call("sketch", edges, "-o", path)
    code, out, err = call("spectrum", path, *options)
    assert (code, out) == (1, "")
    assert message in err
    assert str(path) in err
    assert len(err.splitlines()) == 1


# --- every option counts


@pytest.mark.parametrize(
    "options",
    [
        ["--num-moments", "30"],
        ["--num-probes", "9"],
        ["--seed", "1"],
        ["--first-probe", "7"],
        ["--method", "lanczos"],
        ["--method", "kpm"],
        ["--method", "exact"],
        ["--operator", "combinatorial"],
        ["--operator", "adjacency"],
        ["--operator", "natural"],
        ["--component", "largest"],
        ["--weighted"],
        ["--no-structure"],
        ["--confidence", "0.5"],
        ["--grid-points", "12"],
        ["--tolerance", "0.008"],
        ["--columns", "1,3"],
    ],
)
def test_every_option_changes_the_numbers_and_is_recorded(call, edges, options):
    base = record_of(call("spectrum", edges, "--format", "json", "--grid-points", "50")[1])
    code, out, err = call("spectrum", edges, "--format", "json", "--grid-points", "50", *options)
    assert code == 0, err
    other = record_of(out)
    assert other["result"] != base["result"]
    assert other["parameters"] != base["parameters"]


def test_max_probes_limits_a_tolerance(call, edges):
    limited = record_of(
        call("spectrum", edges, "--format", "json", "--tolerance", 0.001, "--max-probes", 20, "--quiet")[1]
    )
    assert limited["result"]["num_matvecs"] == 20 * 50


@pytest.mark.parametrize(
    ("tolerance", "most", "ended"), [(0.02, 512, "tolerance ended"), (1e-4, 24, "--max-probes ended")]
)
def test_what_ended_the_pass_is_said(call, edges, tolerance, most, ended):
    arguments = ["spectrum", edges, "--format", "csv", "--tolerance", tolerance, "--max-probes", most]
    assert ended in call(*arguments)[2]
    assert call(*arguments, "-q")[2] == ""


@pytest.mark.parametrize(
    ("text", "options", "nodes"),
    [
        ("1;2\n2;3\n", ["--delimiter", ";"], 3),
        ("x 1 2\ny 2 3\n", ["--columns", "2,3"], 3),
        ("! no\n1 2\n", ["--comment", "!"], 2),
        ("1 2\n2 3\n3 4\n", ["--header"], 3),
        ("5 1\n1 2\n", ["--no-header"], 3),
    ],
)
def test_reading_options_reach_the_reader(call, tmp_path, text, options, nodes):
    path = tmp_path / "edges.txt"
    path.write_text(text)
    code, out, err = call("info", path, "--format", "json", *options)
    assert code == 0, err
    assert record_of(out)["input"]["num_nodes"] == nodes


def test_verbose_tells_stages_on_standard_error(call, edges):
    code, out, err = call("spectrum", edges, "-v", "--format", "csv")
    assert code == 0
    stages = re.findall(r"^graphspec: (\w+): [0-9.]+ s$", err, re.MULTILINE)
    assert stages == ["reading", "structure", "pass", "density", "report"]
    assert re.search(r"edges.txt: the pass: .* at once: .* MB$", err, re.MULTILINE)
    assert "graphspec:" not in out


def test_heights_of_hidden_peaks_do_not_overlap():
    from matplotlib.figure import Figure

    from graphspec.analyses.drawing import _mark_hidden_peaks

    axes = Figure().add_subplot()
    values = np.zeros(1000)
    values[[100, 110, 120, 400, 404, 900]] = [3, 7, 5, 2, 4, 6]
    _mark_hidden_peaks(axes, np.linspace(0, 2, 1000), values, 1.0)
    assert [text.get_text() for text in axes.texts] == ["↑ 7", "↑ 6", "↑ 4"]


# --- output files


def test_an_open_file_is_written_through_its_descriptor(edges, tmp_path):
    path = tmp_path / "log.txt"
    command = f"{sys.executable} -m graphspec info {edges} --format csv -o"
    for name in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        line = f"(echo before; {command} {name}; echo after) >> {path}"
        subprocess.run(["bash", "-c", line], check=True, capture_output=True)
    lines = path.read_text().splitlines()
    assert len(lines) == 12
    assert [lines[0], lines[3], lines[4]] == ["before", "after", "before"]


def test_output_file_holds_what_standard_output_would(call, edges, tmp_path):
    path = tmp_path / "spectrum.json"
    assert call("spectrum", edges, "--format", "json", "-o", path)[:2] == (0, "")
    assert path.read_text() == call("spectrum", edges, "--format", "json")[1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["spectrum.json"]


def test_failed_input_leaves_no_file_and_keeps_an_old_one(call, tmp_path):
    fresh, old = tmp_path / "fresh.json", tmp_path / "old.json"
    old.write_text("before")
    for path in (fresh, old):
        assert call("spectrum", tmp_path / "missing.txt", "-o", path)[0] == 1
    assert not fresh.exists()
    assert old.read_text() == "before"


def test_the_other_inputs_are_done_when_one_fails(call, edges, tmp_path):
    path = tmp_path / "all.csv"
    code, _, err = call("info", tmp_path / "missing.txt", edges, "--format", "csv", "-o", path)
    assert code == 1
    assert "missing.txt" in err
    assert len(path.read_text().splitlines()) == 2


def test_devices_are_written_directly(call, edges):
    assert call("info", edges, "-o", "/dev/null")[:2] == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["info", "spectrum", "sketch"])
def test_a_full_disk_is_one_line(call, edges, command):
    code, out, err = call(command, edges, "-o", "/dev/full")
    assert (code, out) == (1, "")
    assert err == "graphspec: error: /dev/full: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_standard_output_is_one_line(edges):
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "graphspec", "spectrum", str(edges), "--format", "csv"]
        process = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert process.returncode == 1
    assert process.stderr == b"graphspec: error: standard output: No space left on device\n"


def test_a_closed_pipe_ends_quietly(edges):
    with spawn("spectrum", edges, "--format", "csv", "--grid-points", 200_001) as process:
        assert process.stdout.readline().startswith(b"name,")
        process.stdout.close()
        # Standard error first: it says what went wrong.
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("number", "code", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_stopped_run_says_so_and_leaves_nothing(tmp_path, number, code, word):
    generator = np.random.default_rng(5)
    source = tmp_path / "large.txt"
    np.savetxt(source, generator.integers(0, 100_000, (300_000, 2)), fmt="%d")
    folder = tmp_path / "results"
    folder.mkdir()
    with spawn("spectrum", source, "-v", "--num-probes", 4000, "-o", folder / "out.txt") as process:
        assert b"reading" in process.stderr.readline()
        time.sleep(1.0)
        process.send_signal(number)
        assert process.wait(timeout=30) == code
        assert process.stderr.read().decode().splitlines()[-1] == f"graphspec: {word}"
    assert list(folder.iterdir()) == []


# --- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["spectrum"], "Missing argument"),
        (["spectrum", "karate", "--num-probes", "1"], "'1' is not a whole number between 2 and 1,000,000"),
        (["spectrum", "karate", "--num-moments", "0"], "'0' is not a whole number between 1 and 10,000"),
        (["spectrum", "karate", "--confidence", "1"], "'1' is not a number between 0 and 1"),
        (["spectrum", "karate", "--tolerance", "-1"], "'-1' is not a number above 0"),
        (["spectrum", "karate", "--seed", "-1"], "'-1' is not a whole number between 0 and"),
        (["spectrum", "karate", "--threads", "0"], "'0' is not a whole number of at least 1"),
        (["spectrum", "karate", "--grid-points", "1"], "'1' is not a whole number between 2 and"),
        (["spectrum", "karate", "--method", "magic"], "'magic' is not one of"),
        (["spectrum", "karate", "--operator", "magic"], "'magic' is not one of"),
        (["spectrum", "karate", "--columns", "1"], "'1' is not two or three different columns"),
        (["spectrum", "karate", "--columns", "a,a"], "'a,a' is not two or three different columns"),
        (["spectrum", "karate", "--missing", "skip"], "'skip' is not one of"),
        (["spectrum", "karate", "--encoding", "utf-9"], "'utf-9' is not the name of a text encoding"),
        (["spectrum", "karate", "--matrix", "--columns", "1,2"], "a dense matrix is read whole"),
        (["spectrum", "karate", "--columns", "2,2"], "'2,2' is not two or three different columns"),
        (["spectrum", "karate", "--plot", "a.gif"], "'a.gif' does not end in"),
        (["spectrum", "karate", "karate", "--plot", "a.png"], "--plot of 2 inputs takes a folder"),
        (
            ["spectrum", "karate", "--tolerance", "0.1", "--max-probes", "3"],
            "--max-probes (3) must be at least --num-probes (16)",
        ),
        (["spectrum", "karate", "--delimiter", "||||"], "'||||' is not one to three ASCII characters"),
        (["spectrum", "karate", "--columns", "1,2", "--weighted"], "--weighted needs a third column"),
        (["spectrum", "karate", "--columns", "1,2,3"], "a third column is a weight: add --weighted"),
        (["spectrum", "-", "-"], "standard input, which can be read once"),
        (["spectrum", "karate", "--plot", "a.png", "-o", "a.png"], "a.png is given for two outputs"),
        (["sketch", "karate"], "Missing option '-o'"),
        (["magic"], "No such command 'magic'"),
    ],
)
def test_wrong_usage_exits_with_two(call, arguments, message):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["spectrum", "missing.txt"], "missing.txt"),
        (["spectrum", "nothing"], "no such file, and no dataset of that name"),
        (["spectrum", "karate", "-o", "no/such/file"], "the folder no/such does not exist"),
        (["spectrum", "karate", "-o", "."], "is a folder"),
        (["info", "x" * 300], "File name too long"),
        (["info", "karate", "--comment", "#"], "a dataset is read as the catalogue says: leave --comment out"),
        (["spectrum", "karate", "--plot", "no/such/file.png"], "the folder no/such does not exist"),
        (["merge", "missing.npz", "-o", "out.npz"], "missing.npz"),
    ],
)
def test_failures_exit_with_one_and_one_line(call, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*arguments)
    assert (code, out) == (1, "")
    assert message in err
    assert err.startswith("graphspec: error: ")
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_sketch_is_one_line(call, edges, tmp_path):
    path = tmp_path / "web.npz"
    call("sketch", edges, "-o", path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    code, out, err = call("spectrum", path)
    assert (code, out) == (1, "")
    assert "the sketch is damaged" in err


@pytest.mark.parametrize(
    ("text", "atoms"),
    [("0 0\n", [(0.0, 1)]), ("0 1\n", [(0.0, 1), (2.0, 1)]), ("0 0\n1 1\n7 7\n", [(0.0, 3)])],
    ids=["vertex", "edge", "isolated"],
)
@pytest.mark.parametrize("form", ["json", "csv", "table"])
def test_tiny_graphs_are_answers(call, tmp_path, text, atoms, form):
    path = tmp_path / "tiny.txt"
    path.write_text(text)
    picture = tmp_path / "tiny.png"
    code, out, err = call("spectrum", path, "--format", form, "--plot", picture)
    assert code == 0
    assert not err or "for an isolated vertex" in err or "for isolated vertices" in err
    assert picture.stat().st_size > 10_000
    if form == "json":
        result = record_of(out)["result"]
        assert [(atom["eigenvalue"], atom["multiplicity"]) for atom in result["atoms"]] == atoms
        assert set(result["grid"]["density"]) == {0.0}
        assert result["solver"] == {"converged": True, "iterations": 0, "residual": 0.0, "ridge": 0.0}


# --- help, completion, start


@pytest.mark.parametrize("command", [name for names in COMMANDS.values() for name in names if name != "hessian"])
def test_every_command_has_help_with_an_example(call, command):
    code, out, err = call(command, "--help")
    assert (code, err) == (0, "")
    assert "Example" in out
    # Some write graphs or folders, or are a group of commands.
    assert "--format" in out or command in {"generate", "convert", "batch", "report", "datasets"}


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_what_an_extra_brings_is_named(call):
    code, out, err = call("hessian", "mlp")
    assert (code, out) == (1, "")
    assert "hessian needs torch and curvlinops" in err
    assert "pip install 'graphspec[hessian]'" in err


def test_help_lists_every_command(call):
    code, out, _ = call("--help")
    assert code == 0
    for heading, commands in COMMANDS.items():
        assert f"\n{heading}:\n" in out
        assert all(f"  {command} " in out for command in commands)


def test_version(call):
    assert call("--version")[1].split()[1] == graphspec.__version__


def test_completion_completes():
    environment = {
        **os.environ,
        "_GRAPHSPEC_COMPLETE": "bash_complete",
        "COMP_WORDS": "graphspec sp",
        "COMP_CWORD": "1",
    }
    with spawn(env=environment) as process:
        assert process.communicate(timeout=60)[0] == b"plain,spectrum\n"


def test_help_imports_nothing_heavy():
    code = "import sys; from graphspec.cli import run; run(['--help']); print(*sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "scipy", "pandas", "networkx", "rich", "tqdm", "yaml", "matplotlib"} & set(modules)


def test_the_library_imports_no_command_line():
    code = (
        "import sys; import graphspec; graphspec.read_edges; graphspec.sketch; graphspec.density; print(*sys.modules)"
    )
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"click", "rich", "tqdm", "matplotlib"} & set(modules)


def test_progress_is_drawn_on_a_terminal_only(call, edges, monkeypatch):
    import tqdm

    drawn = []

    class Bar(tqdm.tqdm):
        def __init__(self, *arguments, **options):
            drawn.append(options)
            super().__init__(*arguments, **{**options, "delay": 0.0})

    monkeypatch.setattr("graphspec.cli._console.tqdm", Bar)
    call("sketch", edges, "-o", "/dev/null")
    assert drawn == []
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    call("sketch", edges, "-o", "/dev/null", "-q")
    assert drawn == []
    _, out, err = call("sketch", edges, "-o", "/dev/null", "--format", "json")
    assert {options["delay"] for options in drawn} == {1.0}
    assert [options["desc"] for options in drawn] == ["reading", "sketching"]
    assert "sketching" in err
    assert "sketching" not in out


# --- files that must survive


@pytest.mark.parametrize("command", ["info", "spectrum", "sketch"])
def test_an_input_is_not_overwritten(call, edges, tmp_path, command):
    own, link = tmp_path / "own.txt", tmp_path / "link.txt"
    own.write_bytes(edges.read_bytes())
    link.symlink_to(own)
    for target in (own, link):
        code, out, err = call(command, own, "-o", target)
        assert (code, out) == (2, "")
        assert "is an input: it would be overwritten" in err
    assert own.read_bytes() == edges.read_bytes()


def test_output_through_a_link_replaces_what_it_points_to(call, edges, tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "real.txt", tmp_path / "link.txt"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    assert call("info", edges, "-o", link)[0] == 0
    assert link.is_symlink()
    assert "degree mean" in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o640


def test_closed_streams_are_one_line(edges):
    for redirection, arguments in ((">&-", f"info {edges}"), ("<&-", "info -")):
        line = f"{sys.executable} -m graphspec {arguments} {redirection}"
        result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
        assert result.returncode == 1
        assert "is closed" in result.stderr
        assert "Traceback" not in result.stderr


def test_file_names_may_hold_anything(call, edges, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = tmp_path / "a[red]b.txt"
    name.write_bytes(edges.read_bytes())
    assert str(name) in call("info", name)[1].replace("\n", "")
    assert "[red]x.npz" in call("sketch", edges, "-o", "[red]x.npz")[1]


def test_a_sketch_is_not_sketched_and_has_no_degrees(call, edges, tmp_path):
    path = tmp_path / "web.npz"
    call("sketch", edges, "-o", path)
    assert "is a sketch already" in call("sketch", path, "-o", tmp_path / "again.npz")[2]
    code, out, err = call("info", path)
    assert (code, out) == (1, "")
    assert "a sketch (16 probes and 100 moments" in err


def test_weights_of_a_dataset_can_be_asked_for(call):
    plain = record_of(call("info", "les-miserables", "--format", "json")[1])
    weighted = record_of(call("info", "Les-Miserables", "--format", "json", "--weighted")[1])
    assert plain["parameters"]["weighted"] is False
    assert weighted["parameters"]["weighted"] is True


def test_merge_names_the_files_and_their_parameters(call, edges, tmp_path):
    parts = [tmp_path / "a.npz", tmp_path / "b.npz", tmp_path / "c.npz"]
    call("sketch", edges, "-o", parts[0])
    call("sketch", edges, "-o", parts[1], "--num-moments", 40)
    call("sketch", edges, "-o", parts[2], "--seed", 1)
    code, _, err = call("merge", parts[0], parts[1], "-o", tmp_path / "out.npz")
    assert code == 1
    assert f"{parts[0]} and {parts[1]} hold different numbers of moments (100, 40)" in err
    record = record_of(call("merge", parts[0], parts[2], "-o", tmp_path / "out.npz", "--format", "json")[1])
    assert record["parameters"]["operator"] == "normalized"
    assert [part["seed"] for part in record["parameters"]["probe_ranges"]] == [0, 1]


def test_json_is_no_edge_list(call, edges, tmp_path):
    path = tmp_path / "spectrum.json"
    call("spectrum", edges, "--format", "json", "-o", path)
    assert "expected an edge list, found what looks like JSON" in call("info", path)[2]


def test_a_long_dense_solve_is_announced_on_a_terminal(call, edges, monkeypatch):
    monkeypatch.setattr("graphspec.analyses.spectra._DENSE_IN_A_SECOND", 500)
    assert call("spectrum", edges, "--method", "exact", "--format", "csv")[2] == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert "560 eigenvalues by a dense solver" in call("spectrum", edges, "--method", "exact", "--format", "csv")[2]
