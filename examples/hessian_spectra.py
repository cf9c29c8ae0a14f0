"""Spectra of the Hessian of a small convolutional network over training, with and without batch normalisation.

On large networks, eigenvalues leave the bulk early without batch normalisation and the gradient moves into the span of
their eigenvectors, and with it neither happens (B. Ghorbani, S. Krishnan and Y. Xiao, "An investigation into neural net
optimization via Hessian eigenvalue density", ICML 2019). Here, on small images, ten eigenvalues, one for each class,
stand above the bulk after training without it. With it the largest eigenvalue ends an eighth as large, and the
gradient of the few examples that are not yet learned is in the span of the largest all the same. `--examples`,
`--epochs` and `--data` make it larger.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from _common import PICTURES, figure, save, table

import graphspec
from graphspec.hessian import (
    CurvatureSpectrum,
    Training,
    curvature,
    curvature_spectrum,
    load_problem,
    ritz_pairs,
    train,
)
from graphspec.hessian.picture import draw_curvature

if TYPE_CHECKING:
    from collections.abc import Sequence

NETWORKS = {"cnn": "without batch normalisation", "cnn-bn": "with batch normalisation"}


@dataclass(frozen=True, eq=False)
class State:
    """A network after some epochs.

    Attributes
    ----------
    name
        Name of the network.
    epoch
        Number of epochs.
    loss
        Mean loss.
    spectrum
        Spectrum of the Hessian.
    share
        Share of the squared gradient in the span of the eigenvectors that stand above the bulk.
    """

    name: str
    epoch: int
    loss: float
    spectrum: CurvatureSpectrum
    share: float


def main(
    folder: Path | None, examples: int = 300, epochs: Sequence[int] = (0, 2, 10), data: str = "digits"
) -> list[State]:
    states = [state for name in NETWORKS for state in states_of(name, examples, epochs, data)]
    if folder is not None:
        draw(states, folder)
    return states


def states_of(name: str, examples: int, epochs: Sequence[int], data: str) -> list[State]:
    """Train a network, and take the pass after some epochs."""
    problem, found = load_problem(name, data=data, examples=examples), []
    for epoch in train(problem, epochs, Training(learning_rate=0.1, batch_size=32)):
        matrix = curvature(problem)
        spectrum = curvature_spectrum(graphspec.sketch(matrix.operator(), num_moments=120, num_probes=6))
        number = len(spectrum.edges.above)
        pairs = ritz_pairs(matrix.operator(take_out=False), 40, most=number) if number else None
        share = 0.0 if pairs is None else pairs.share(matrix.gradient())
        found.append(State(name, epoch, matrix.loss(), spectrum, share))
    return found


def report(states: list[State]) -> str:
    columns = ("network", "epoch", "loss", "above the bulk", "largest", "bulk up to", "trace", "+-", "gradient's share")
    rows = []
    for state in states:
        spectrum = state.spectrum
        rows.append(
            (
                state.name,
                state.epoch,
                state.loss,
                len(spectrum.edges.above),
                spectrum.edges.largest,
                spectrum.edges.bulk_high,
                float(spectrum.trace.value),
                float(spectrum.trace.sem),
                state.share,
            )
        )
    return table(columns, rows, digits=3)


def draw(states: list[State], folder: Path) -> None:
    epochs = [state.epoch for state in states if state.name == states[0].name]
    picture, panels = figure(len(epochs), "The Hessian of a network over training", rows=2)
    for axes, state in zip(panels, states, strict=True):
        title = f"{NETWORKS[state.name]}, epoch {state.epoch}"
        draw_curvature(axes, state.spectrum.density, state.spectrum.edges, title)
    save(picture, folder, "hessian_spectra")


def parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=PICTURES, help="where the picture goes (%(default)s)")
    parser.add_argument("--examples", type=int, default=300, help="images (%(default)s)")
    parser.add_argument("--epochs", type=int, nargs=3, default=(0, 2, 10), help="when the pass is taken")
    parser.add_argument("--data", default="digits", help="digits or mnist5k (%(default)s)")
    return parser.parse_args(words)


if __name__ == "__main__":
    torch.set_num_threads(1)  # the products are small
    asked = parse(sys.argv[1:])
    print(report(main(asked.folder, asked.examples, asked.epochs, asked.data)))
