"""Models, losses and data of all kinds: matrices by their definitions, and errors that name what is wrong."""

import pickle

import numpy as np
import pytest
import torch
from torch import nn

import graphspec
from graphspec.analyses.text_chart import draw_density
from graphspec.errors import InputError, ParameterError
from graphspec.hessian import (
    HessianOptions,
    Training,
    curvature,
    curvature_spectrum,
    load_checkpoint,
    load_problem,
    problem_of,
    run,
    spectrum_edges,
    train,
)


def data(targets, count=12, width=5, seed=1):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, width, generator=generator), targets(generator, count)


def two_numbers(generator, count):
    return torch.randn(count, 2, generator=generator)


def images(generator, count):
    return torch.randn(count, 3, 4, generator=generator)


class Places(nn.Module):
    """Outputs for several places of every example: classes in the second dimension, or several numbers."""

    def __init__(self, classes, places):
        super().__init__()
        self.linear, self.shape = nn.Linear(5, classes * places), (classes, places)

    def forward(self, inputs):
        return self.linear(inputs).reshape(-1, *self.shape)


PROBLEMS = {
    "several outputs": lambda: (nn.Linear(5, 3), nn.MSELoss(), data(lambda g, n: torch.randn(n, 3, generator=g))),
    "images": lambda: (Places(3, 4), nn.MSELoss(), data(images)),
    "sequences of classes": lambda: (
        Places(3, 4),
        nn.CrossEntropyLoss(),
        data(lambda g, n: torch.randint(0, 3, (n, 4), generator=g)),
    ),
    "classes": lambda: (
        nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 3)),
        nn.CrossEntropyLoss(),
        data(lambda g, n: torch.randint(0, 3, (n,), generator=g)),
    ),
    "a loss function": lambda: (
        nn.Linear(5, 2),
        lambda outputs, targets: (outputs - targets).abs().sqrt().mean(),
        data(lambda g, n: torch.randn(n, 2, generator=g)),
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_covariance_of_gradients_is_that_of_single_examples(name):
    torch.manual_seed(0)
    problem = problem_of(name, *PROBLEMS[name](), batch_size=5).on("cpu", torch.float64)
    matrix = curvature(problem, "gradients")
    expected = np.zeros((matrix.size, matrix.size))
    for inputs, targets in problem.data:
        outputs = matrix.model(inputs)
        for number in range(len(inputs)):
            loss = problem.loss(outputs[number : number + 1], targets[number : number + 1])
            parts = torch.autograd.grad(loss, list(matrix.parameters.values()), retain_graph=True, allow_unused=True)
            pairs = zip(parts, matrix.parameters.values(), strict=True)
            flat = torch.cat([(torch.zeros_like(p) if g is None else g).flatten() for g, p in pairs]).numpy()
            expected += np.outer(flat, flat) / problem.num_examples
    found = matrix.operator(take_out=False).matrix()
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.abs(found).max() > 0


def test_accuracy_is_of_targets_that_are_classes():
    problem = problem_of("places", *PROBLEMS["sequences of classes"]())
    right = (problem.model(problem.data[0][0]).argmax(1) == problem.data[0][1]).float().mean()
    assert curvature(problem).accuracy() == pytest.approx(float(right))
    signs = problem_of(
        "signs", nn.Linear(5, 1), lambda o, t: (o[:, 0] * t).mean(), data(lambda _, n: torch.ones(n) > 0)
    )
    assert signs.num_classes is None
    whole = problem_of(
        "counts", nn.Linear(5, 1), lambda o, t: ((o - t) ** 2).mean(), data(lambda _, n: torch.ones(n, 1).long())
    )
    assert curvature(whole).accuracy() is None


def test_a_matrix_all_of_whose_eigenvalues_stand_alone():
    """Linear regression: every eigenvalue is found, once, and the trace is that of the matrix."""
    torch.manual_seed(1)
    problem = problem_of("line", nn.Linear(5, 1), nn.MSELoss(), data(lambda g, n: torch.randn(n, 1, generator=g), 60))
    matrix = curvature(problem.on("cpu", torch.float64)).operator()
    eigenvalues = np.linalg.eigvalsh(matrix.matrix())
    held = graphspec.sketch(matrix, num_moments=40, num_probes=3)
    edges = spectrum_edges(held)
    alone = [each.eigenvalue for each in (*edges.above, *edges.below)]
    np.testing.assert_allclose(sorted(alone), eigenvalues[1:], rtol=1e-9)
    found = curvature_spectrum(held)
    assert float(found.trace.value) == pytest.approx(eigenvalues.sum(), rel=1e-9)


class Unused(nn.Module):
    """A model with a layer that is not used, and one whose outputs are only added."""

    def __init__(self):
        super().__init__()
        self.first, self.never, self.last = nn.Linear(5, 3), nn.Linear(5, 3), nn.Linear(5, 3)

    def forward(self, inputs):
        return self.first(inputs) + self.last(inputs.detach())


def test_parameters_without_curvature_are_rows_of_zeros():
    problem = problem_of("unused", Unused(), nn.MSELoss(), data(lambda g, n: torch.randn(n, 3, generator=g)))
    matrix = curvature(problem)
    whole = matrix.operator(take_out=False).matrix()
    assert not whole[18:36].any()
    assert matrix.operator().zero_rows == 18
    linear = problem_of("mean", nn.Linear(5, 2), lambda o, t: (o - t).mean(), data(lambda _, n: torch.randn(n, 2)))
    assert not curvature(linear).operator(take_out=False).matrix().any()


class Recurrent(nn.Module):
    """The last output of an LSTM."""

    def __init__(self):
        super().__init__()
        self.lstm, self.last = nn.LSTM(1, 3, batch_first=True), nn.Linear(3, 2)

    def forward(self, inputs):
        return self.last(self.lstm(inputs[:, :, None])[0][:, -1])


class Attention(nn.Module):
    """A layer of a transformer."""

    def __init__(self):
        super().__init__()
        self.first, self.layer = nn.Linear(1, 4), nn.TransformerEncoderLayer(4, 2, 5, batch_first=True)
        self.last = nn.Linear(4, 2)

    def forward(self, inputs):
        return self.last(self.layer(self.first(inputs[:, :, None])).mean(1))


def normalized():
    """Return a model with layer normalisation, whose forward-mode derivatives of second order are wrong in torch."""
    return nn.Sequential(nn.Linear(5, 4), nn.LayerNorm(4), nn.Tanh(), nn.Linear(4, 2))


@pytest.mark.parametrize("kind", ["hessian", "ggn"])
@pytest.mark.parametrize("model", [Recurrent, Attention, normalized])
def test_layers_whose_fast_implementations_cannot_be_differentiated_twice(model, kind):
    torch.manual_seed(2)
    problem = problem_of("x", model(), nn.MSELoss(), data(lambda g, n: torch.randn(n, 2, generator=g)))
    for dtype, rounding in ((torch.float64, 1e-10), (torch.float32, 1e-4)):
        found = curvature(problem.on("cpu", dtype), kind).operator(take_out=False).matrix()
        assert np.abs(found - found.T).max() <= rounding * np.abs(found).max()


@pytest.mark.parametrize("model", [Recurrent, Attention, normalized])
def test_the_gauss_newton_matrix_by_its_definition(model):
    torch.manual_seed(2)
    problem = problem_of("x", model(), nn.MSELoss(), data(two_numbers), 5).on("cpu", torch.float64)
    matrix = curvature(problem, "ggn")
    expected = np.zeros((matrix.size, matrix.size))
    for inputs, _ in problem.data:
        outputs = matrix.model(inputs).flatten()
        rows = [torch.autograd.grad(each, list(matrix.parameters.values()), retain_graph=True) for each in outputs]
        jacobian = np.array([torch.cat([part.flatten() for part in row]).numpy() for row in rows])
        # The Hessian of a mean square over two outputs is the identity over the number of examples.
        expected += jacobian.T @ jacobian / problem.num_examples
    found = matrix.operator(take_out=False).matrix()
    np.testing.assert_allclose(found, expected, atol=1e-10 * np.abs(expected).max())


class Random(nn.Module):
    """A model with dropout that is never off."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 2)

    def forward(self, inputs):
        return nn.functional.dropout(self.linear(inputs), 0.5)


class Failing(nn.Module):
    """A model that raises an error of its own."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 2)

    def forward(self, inputs):  # noqa: ARG002
        raise AssertionError("inputs are odd")


@pytest.mark.parametrize(
    ("model", "loss", "message"),
    [
        (Random, nn.MSELoss(), r"p: the loss of batch 0 is .* and, computed again, .*: the model is random"),
        (Failing, nn.MSELoss(), "p: batch 0: AssertionError: inputs are odd"),
        (lambda: nn.Linear(5, 2), lambda o, t: (o - t).mean()[None], r"p: batch 0: the loss is no scalar but \(1,\)"),
    ],
)
def test_models_and_losses_that_are_refused(model, loss, message):
    with pytest.raises(InputError, match=message):
        curvature(problem_of("p", model(), loss, data(two_numbers)))


def test_errors_of_training_name_the_epoch():
    for model, message in ((Failing(), "p: epoch 1: AssertionError"), (nn.Linear(4, 2), "p: epoch 1: mat1 and mat2")):
        with pytest.raises(InputError, match=message):
            list(train(problem_of("p", model, nn.MSELoss(), data(two_numbers)), (1,), Training()))
    lost = problem_of("p", nn.Linear(5, 2), lambda o, t: (o - t).mean() * float("nan"), data(two_numbers))
    with pytest.raises(InputError, match="p: the loss is nan before the first step"):
        list(train(lost, (1,), Training()))
    wild = problem_of("p", nn.Linear(5, 2), nn.MSELoss(), data(two_numbers))
    with pytest.raises(InputError, match=r"not finite after epoch .*: take a smaller learning rate"):
        list(train(wild, (0, 9), Training(learning_rate=1e30)))


def test_batches_of_different_shapes_are_trained_on():
    class Mean(nn.Linear):
        def forward(self, inputs):
            return super().forward(inputs.mean(1, keepdim=True))

    batches = [data(two_numbers, 6, width) for width in (3, 5, 4)]
    problem = problem_of("p", Mean(1, 2), nn.MSELoss(), batches)
    before = problem.model.weight.detach().clone()
    told = []
    assert list(train(problem, (0, 2), Training(), lambda *each: told.append(each))) == [0, 2]
    assert told[-1] == (36, 36)
    assert not torch.equal(before, problem.model.weight)


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        (
            [(torch.ones(3, 5), torch.ones(3, 2)), (torch.ones(0, 5), torch.ones(0, 2))],
            "batch 1 has 0 inputs and 0",
        ),
        ([(torch.ones(3, 5), torch.ones(4, 2))], "batch 0 has 3 inputs and 4 targets"),
    ],
)
def test_batches_without_pairs_are_refused(batches, message):
    with pytest.raises(InputError, match=message):
        problem_of("p", nn.Linear(5, 2), nn.MSELoss(), batches)


class Dangerous:
    """What a checkpoint must not hold."""

    def __reduce__(self):
        return print, ("run",)


def test_checkpoints_of_all_kinds(tmp_path, capsys):
    problem = problem_of("p", nn.Linear(5, 2), nn.MSELoss(), data(two_numbers))
    state = {name: torch.ones_like(value) for name, value in problem.model.state_dict().items()}
    for prefix in ("", "module.", "_orig_mod."):
        path = tmp_path / "prefix.pt"
        torch.save({prefix + name: value for name, value in state.items()}, path)
        load_checkpoint(problem, path)
        assert bool((problem.model.weight == 1).all())
        problem.model.weight.data.zero_()
    (tmp_path / "code.pt").write_bytes(pickle.dumps(Dangerous()))
    torch.save(problem.model, tmp_path / "whole.pt")
    for number, content in enumerate((b".", b"R", b"\x80\x02X", b"no", b"")):
        (tmp_path / f"{number}.pt").write_bytes(content)
    for name in ("code", "whole", "0", "1", "2", "3", "4"):
        with pytest.raises(InputError, match=r"is no checkpoint of tensors alone .*: write it by torch.save\(model"):
            load_checkpoint(problem, tmp_path / f"{name}.pt")
    assert "run" not in capsys.readouterr().out
    torch.save({**state, "weight": "text"}, tmp_path / "text.pt")
    torch.save({**state, "weight": state["weight"] + 1j}, tmp_path / "complex.pt")
    for name in ("text", "complex"):
        with pytest.raises(InputError, match="weight is no tensor of the kind of p"):
            load_checkpoint(problem, tmp_path / f"{name}.pt")


def test_modules_that_fail_on_import(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken_syntax.py").write_text("def f(:\n")
    (tmp_path / "broken_code.py").write_text("1 / 0\n")
    for name, kind in (("broken_syntax", "SyntaxError"), ("broken_code", "ZeroDivisionError")):
        with pytest.raises(InputError, match=f"{name}:f: cannot be imported \\({kind}"):
            load_problem(f"{name}:f")


def test_charts_leave_eigenvalues_beyond_the_bulk_out():
    held = graphspec.sketch(curvature(load_problem("mlp", examples=100)).operator(), num_moments=40, num_probes=3)
    found = curvature_spectrum(held)
    assert found.edges.largest > found.density.interval.high
    marks = draw_density(found.density, width=40)[0]
    assert "atoms" in marks  # rows of zeros
    assert len(marks.rstrip()) < 40 + 10


def test_options_that_would_do_nothing_are_refused(tmp_path):
    problem = problem_of("p", nn.Linear(5, 2), nn.MSELoss(), data(two_numbers))
    for name, value in (("examples", 5), ("data", "digits"), ("data_dir", "there")):
        with pytest.raises(ParameterError, match=f"`{name}` is for built-in problems"):
            next(run(problem, HessianOptions.of(**{name: value})))
    with pytest.raises(ParameterError, match="leave `epochs` or `checkpoints` out"):
        HessianOptions.of(checkpoints=(str(tmp_path / "a.pt"),), epochs=(0,))
