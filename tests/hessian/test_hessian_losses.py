"""Losses as means over all examples, whatever the batches are; what cannot be one is refused by name."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

import graphspec
from graphspec.errors import InputError
from graphspec.hessian import curvature, curvature_spectrum, problem_of, train
from graphspec.hessian.layers import _exact_products, twice_differentiable
from graphspec.hessian.training import Training

GENERATOR = torch.Generator().manual_seed(5)
INPUTS, TARGETS = torch.randn(30, 4, generator=GENERATOR), torch.arange(30) % 3
IGNORED = torch.where(torch.arange(30) % 4 == 0, -100, TARGETS).index_fill(0, torch.arange(7), -100)
PAIRS = torch.stack([IGNORED, TARGETS], 1)
WEIGHTS = torch.tensor([1.0, 2.0, 7.0])


class Places(nn.Module):
    """Outputs of three classes for two places of every example."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(3)
        self.linear = nn.Linear(4, 6)

    def forward(self, inputs):
        return self.linear(inputs).tanh().reshape(-1, 3, 2)


def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 3))


LOSSES = {
    "weights": (network, nn.CrossEntropyLoss(WEIGHTS), TARGETS),
    "weights and smoothing": (network, nn.CrossEntropyLoss(WEIGHTS, label_smoothing=0.1), TARGETS),
    # Seven targets at the start: the first batch of five has none that counts.
    "ignored targets": (network, nn.CrossEntropyLoss(), IGNORED),
    "another target ignored, with weights": (network, nn.CrossEntropyLoss(WEIGHTS, ignore_index=2), TARGETS),
    "logarithms": (
        lambda: nn.Sequential(network(), nn.LogSoftmax(1)),
        nn.NLLLoss(WEIGHTS),
        IGNORED,
    ),
    "places": (Places, nn.CrossEntropyLoss(WEIGHTS), PAIRS),
    "shares": (network, nn.CrossEntropyLoss(WEIGHTS), torch.softmax(torch.randn(30, 3, generator=GENERATOR), 1)),
    "divergence": (
        lambda: nn.Sequential(network(), nn.LogSoftmax(1)),
        nn.KLDivLoss(reduction="batchmean"),
        torch.softmax(torch.randn(30, 3, generator=GENERATOR), 1),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("kind", ["hessian", "ggn", "gradients"])
def test_batches_do_not_change_the_mean_over_all_examples(name, kind):
    make, loss, targets = LOSSES[name]
    if kind == "ggn" and name in ("logarithms", "divergence"):
        with pytest.raises(InputError, match="the Gauss-Newton matrix is zero, for the loss is linear in the outputs"):
            curvature(problem_of(name, make(), loss, (INPUTS, targets)).on("cpu", torch.float64), kind)
        return
    found = []
    for batch_size in (5, 30):
        matrix = curvature(problem_of(name, make(), loss, (INPUTS, targets), batch_size).on("cpu", torch.float64), kind)
        found.append((matrix.loss(), matrix.accuracy(), matrix.gradient(), matrix.operator(take_out=False).matrix()))
    (inputs, own), model = matrix.problem.data[0], matrix.model
    # The whole is what torch gives for all data at once.
    whole = loss.double()(model(inputs), own)
    gradient = torch.autograd.grad(whole, list(matrix.parameters.values()))
    for total, accuracy, slope, dense in found:
        assert total == pytest.approx(float(whole.detach()), rel=1e-12)
        assert torch.allclose(slope, torch.cat([part.flatten() for part in gradient]))
        assert accuracy == found[0][1]
        np.testing.assert_allclose(dense, found[0][3], atol=1e-12)
    assert np.abs(found[0][3]).max() > 0


def test_targets_that_are_ignored_have_no_accuracy():
    problem = problem_of("p", network(), nn.CrossEntropyLoss(), (INPUTS, IGNORED), 5)
    counted = IGNORED >= 0
    right = (problem.model(INPUTS).argmax(1) == IGNORED)[counted].float().mean()
    assert curvature(problem).accuracy() == pytest.approx(float(right))
    assert problem.num_classes == 3
    list(train(problem, (2,), Training(batch_size=3)))
    assert all(bool(torch.isfinite(each).all()) for each in problem.model.parameters())


def weighted(outputs, targets):
    return nn.functional.cross_entropy(outputs, targets, weight=WEIGHTS)


def compared(outputs, targets):
    return nn.functional.cross_entropy(outputs - outputs.mean(0), targets)


def total(outputs, targets):
    return nn.functional.cross_entropy(outputs, targets, reduction="sum")


@pytest.mark.parametrize("loss", [weighted, compared, total])
def test_a_loss_that_is_no_mean_over_examples_needs_all_data_at_once(loss):
    with pytest.raises(InputError, match=r"p: batch \d: the loss is .*, and .* by parts: it is no mean over examples"):
        curvature(problem_of("p", network(), loss, (INPUTS, TARGETS), 10))
    whole = problem_of("p", network(), loss, (INPUTS, TARGETS))
    assert curvature(whole).loss() == pytest.approx(float(loss(whole.model(INPUTS), TARGETS).detach()))
    with pytest.raises(InputError, match="no matrix of single gradients"):
        curvature(whole, "gradients")


def test_targets_that_a_function_ignores_are_seen_in_any_batch():
    def ignoring(outputs, targets):
        return nn.functional.cross_entropy(outputs, targets, ignore_index=-1)

    targets = TARGETS.clone()
    targets[27] = -1
    with pytest.raises(InputError, match="p: batch 2: the loss is"):
        curvature(problem_of("p", network(), ignoring, (INPUTS, targets), 10))


@pytest.mark.parametrize(
    ("loss", "targets", "message"),
    [
        (nn.CrossEntropyLoss(), torch.full((30,), -100), "all targets are ignored, or have the weight 0"),
        (nn.CrossEntropyLoss(torch.zeros(3)), TARGETS, "all targets are ignored, or have the weight 0"),
        (nn.CrossEntropyLoss(WEIGHTS[:2]), TARGETS, "batch 0: class 2 has no weight: there are 2"),
        (nn.CrossEntropyLoss(WEIGHTS), TARGETS - 1, "batch 0: class -1 has no weight: there are 3"),
    ],
)
def test_targets_that_do_not_fit_weights(loss, targets, message):
    with pytest.raises(InputError, match=message):
        problem_of("p", network(), loss, (INPUTS, targets))


class Scaled(nn.Module):
    """Cross entropy with a factor that is learned."""

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(1))

    def forward(self, outputs, targets):
        return nn.functional.cross_entropy(self.factor * outputs, targets)


def test_parameters_of_a_loss_are_not_left_out_in_silence():
    with pytest.raises(InputError, match="p: the loss has a parameter, factor, which the matrix would leave out"):
        problem_of("p", network(), Scaled(), (INPUTS, TARGETS))
    frozen = Scaled().requires_grad_(False)
    assert curvature(problem_of("p", network(), frozen, (INPUTS, TARGETS), 10)).size == 35


def test_tensors_of_losses_are_moved_with_the_data():
    class Buffers(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("scales", WEIGHTS)

        def forward(self, outputs, targets):
            return nn.functional.cross_entropy(outputs @ self.scales.diag(), targets)

    for loss in (nn.CrossEntropyLoss(WEIGHTS), nn.BCEWithLogitsLoss(pos_weight=WEIGHTS), Buffers()):
        targets = torch.ones(30, 3) if isinstance(loss, nn.BCEWithLogitsLoss) else TARGETS
        problem = problem_of("p", network(), loss, (INPUTS, targets), 10)
        assert np.isfinite(curvature(problem.on("cpu", torch.float64)).loss())
        assert np.isfinite(curvature(problem.on("cpu", torch.float32)).loss())
    with pytest.raises(InputError, match=r"p: batch 0: the loss: .*tensors that a function holds are not moved"):
        curvature(problem_of("p", network(), weighted, (INPUTS, TARGETS)).on("cpu", torch.float64))


class Rotated(nn.Module):
    """A linear layer whose outputs are rotated by complex numbers."""

    def __init__(self, *, learned):
        super().__init__()
        self.linear = nn.Linear(4, 3)
        angles = torch.exp(1j * torch.arange(3.0))
        self.angles = nn.Parameter(angles) if learned else nn.Buffer(angles)

    def forward(self, inputs):
        rotated = self.linear(inputs) * self.angles
        return rotated.real + rotated.imag


def test_complex_parameters_are_refused_and_complex_buffers_kept():
    with pytest.raises(InputError, match="p: the parameter angles is complex"):
        problem_of("p", Rotated(learned=True), nn.CrossEntropyLoss(), (INPUTS, TARGETS))
    problem = problem_of("p", Rotated(learned=False), nn.CrossEntropyLoss(), (INPUTS, TARGETS))
    before = float(problem.loss(problem.model(INPUTS), TARGETS).detach())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in (torch.float64, torch.float32):
            assert curvature(problem.on("cpu", dtype)).loss() == pytest.approx(before, rel=1e-6)
    assert problem.model.angles.is_complex()


def test_no_eigenvalue_is_negative_where_the_loss_is_convex():
    def semidefinite(kind, loss):
        return curvature(problem_of("p", network(), loss, (INPUTS, TARGETS)), kind).semidefinite

    assert semidefinite("ggn", nn.CrossEntropyLoss(WEIGHTS))
    assert semidefinite("gradients", nn.CrossEntropyLoss())
    assert not semidefinite("hessian", nn.CrossEntropyLoss())
    assert not semidefinite("ggn", nn.functional.cross_entropy)
    problem = problem_of("p", network(), nn.CrossEntropyLoss(), (INPUTS, TARGETS))
    for kind in ("hessian", "ggn"):
        held = graphspec.sketch(curvature(problem, kind).operator(), num_moments=8, num_probes=2)
        plain, known = (curvature_spectrum(held, semidefinite=semidefinite) for semidefinite in (False, True))
        assert known.negative_mass.high == known.negative_mass.value == 0
        assert plain.negative_mass.high > 0 or kind == "ggn"
    assert known.trace.low > plain.trace.low
    assert known.trace.low <= np.trace(curvature(problem, "ggn").operator().matrix()) <= known.trace.high


def test_products_are_exact_for_a_while():
    settings = [(place, name) for place, name, _ in _exact_products()]
    before = [getattr(*each) for each in settings]
    with twice_differentiable(nn.LSTM(2, 2)):
        assert [getattr(*each) for each in settings] == [value for _, _, value in _exact_products()]
        assert not torch.backends.cudnn.enabled
    assert [getattr(*each) for each in settings] == before
    assert torch.backends.cudnn.enabled
