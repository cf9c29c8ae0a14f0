"""Options of the spectra of curvature matrices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from graphspec.densities import SKETCH_METHODS
from graphspec.errors import ParameterError
from graphspec.grids import Grid
from graphspec.hessian.curvature import MATRICES
from graphspec.hessian.datasets import DATASETS
from graphspec.hessian.layers import BATCH_NORM
from graphspec.options import Choice, MemorySize, Number, Options, Switch, Text, option
from graphspec.sketches import PROBES, Sampling


@dataclass(frozen=True)
class Paths:
    """Paths of files; the command line takes one, and further ones as arguments: a name may hold any separator."""

    repeatable: ClassVar[bool] = True  # the option may be given several times

    def accepts(self, value: Any) -> bool:
        """Return whether a value is a tuple of texts."""
        return isinstance(value, tuple) and all(isinstance(each, str) and each for each in value)

    def parse(self, text: str) -> tuple[str, ...]:
        """Return the path."""
        return (text,)

    def wrong_values(self) -> tuple[Any, ...]:
        """Return values that are no tuple of texts."""
        return (("",), "a.pt", (3,), 3)

    def __str__(self) -> str:
        return "a series of paths of files"


@dataclass(frozen=True, kw_only=True)
class HessianOptions(Options):
    """Options of the spectra of a curvature matrix.

    Attributes
    ----------
    matrix
        Matrix; see :data:`graphspec.hessian.curvature.MATRICES`.
    parameters
        Regular expression of the names of the parameters that are variables; None for all.
    batch_norm
        Statistics that batch normalisation takes; see :func:`graphspec.hessian.curvature.curvature`.
    data, data_dir, examples
        Data of a built-in problem; see :func:`graphspec.hessian.datasets.load_data`.
    batch_size
        Number of examples that are differentiated at once; the matrix depends on it where batch normalisation takes
        statistics of the batch.
    epochs
        Numbers of epochs of training after which the pass is taken.
    checkpoints
        Files of checkpoints, of which the pass is taken; without training.
    learning_rate, momentum, train_batch
        Options of stochastic gradient descent in training.
    method
        ``lanczos``, ``maxent`` or ``kpm``; see :func:`graphspec.density`.
    num_moments, num_probes, seed, confidence
        As of :class:`graphspec.Sampling`. The defaults are those of Ghorbani, Krishnan and Xiao (ICML 2019), 80
        products with each of 10 probes. The seed is also that of the initial parameters and of training.
    reorthogonalize
        Whether recurrences keep their vectors.
    grid_points
        Points of the curve.
    device
        Device of torch.
    double
        Whether parameters, data and products are in float64.
    memory_limit
        Memory limit of the process during the pass, in bytes; by default the vectors take at most half of what is free.
    """

    matrix: str = option("hessian", Choice(MATRICES), "Matrix.", group="Matrix")
    parameters: str | None = option(
        None,
        Text(r".+", "a regular expression", ""),
        "Only parameters whose names match.",
        group="Matrix",
        metavar="REGEX",
        default_help="all",
    )
    batch_norm: str = option("batch", Choice(BATCH_NORM), "Statistics of batch normalisation.", group="Matrix")
    double: bool = option(False, Switch(), "Products in float64.", group="Matrix")
    data: str = option("digits", Choice(DATASETS), "Data of a built-in problem.", group="Problem")
    data_dir: str | None = option(
        None, Text(r".+", "a folder", ""), "Folder of mnist or cifar10.", group="Problem", metavar="FOLDER"
    )
    examples: int | None = option(
        None, Number(2, integer=True), "Examples of the data.", group="Problem", default_help="all"
    )
    batch_size: int = option(500, Number(1, integer=True), "Examples differentiated at once.", group="Problem")
    epochs: tuple[int, ...] = option(
        (0, 10), Grid(integer=True), "Epochs after which the pass is taken.", group="Training", metavar="E"
    )
    checkpoints: tuple[str, ...] = option(
        (), Paths(), "Checkpoints in place of training.", group="Training", metavar="FILE..."
    )
    learning_rate: float = option(0.05, Number(0, open=True), "Learning rate.", group="Training")
    momentum: float = option(0.9, Number(0, 1), "Momentum.", group="Training")
    train_batch: int = option(64, Number(1, integer=True), "Examples in a step.", group="Training")
    method: str = option("lanczos", Choice(tuple(SKETCH_METHODS)), "Density estimate.", group="Accuracy")
    num_moments: int = option(160, Number(4, 10_000, integer=True), "Chebyshev moments.", group="Accuracy")
    num_probes: int = option(10, PROBES, "Random probe vectors.", group="Accuracy")
    seed: int = option(0, Number(0, 2**63 - 1, integer=True), "Seed of parameters and probes.", group="Accuracy")
    confidence: float = option(0.95, Number(0, 1, open=True), "Confidence level of intervals.", group="Accuracy")
    reorthogonalize: bool = option(
        True, Switch(), "Keep the vectors of recurrences orthogonal, in memory.", group="Accuracy"
    )
    grid_points: int = option(2001, Number(2, 1_000_000, integer=True), "Points of the curve.", group="Answer")
    device: str = option(
        "cpu",
        Text(r"[a-z]+(:\d+)?", "a device such as cpu or cuda:0", "a b"),
        "Device of torch.",
        group="Resources",
        metavar="NAME",
    )
    memory_limit: int | None = option(
        None,
        MemorySize(),
        "Memory for the pass.",
        group="Resources",
        metavar="SIZE",
        default_help="half of what is free",
    )

    def check(self) -> None:
        """Check the regular expression, and that states are of training or of checkpoints."""
        for path in self.checkpoints:
            if path.startswith("-"):  # the next option, where none is named
                message = f"`checkpoints` needs the path of a file, not {path}; a file of this name is ./{path}"
                raise ParameterError(message, "checkpoints")
        if self.checkpoints and "epochs" in self.given:
            raise ParameterError("checkpoints are not trained further: leave `epochs` or `checkpoints` out", "epochs")
        try:
            re.compile(self.parameters or "")
        except re.error as error:
            message = f"`parameters` {self.parameters!r} is no regular expression ({error})"
            raise ParameterError(message, "parameters") from error

    @property
    def sampling(self) -> Sampling:
        """Options of the pass."""
        return Sampling(
            num_moments=self.num_moments,
            num_probes=self.num_probes,
            seed=self.seed,
            confidence=self.confidence,
            memory_limit=self.memory_limit,
        )
