"""Eigenvalues that the recurrences of a sketch have found, taken out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graphspec._typing import Vector
from graphspec.exact import Atom, sorted_atoms
from graphspec.lanczos import array_lanczos, gauss_rule
from graphspec.sketches.spectral_sketch import SpectralSketch

FOUND = "found by the pass"
"""Source of such eigenvalues in reports."""


def without_eigenvalues(sketch: SpectralSketch, eigenvalues: Sequence[float], tie: float) -> SpectralSketch:
    """Return a sketch of the other eigenvalues; these become atoms.

    Of the weight that a probe gives to a simple eigenvalue the mean is known, 1/n. Without these weights, the rules of
    the probes are those of probes that are orthogonal to the eigenvectors, which scatter less. Their Jacobi matrices
    are those of the other nodes, without the last step.

    Parameters
    ----------
    sketch
        The sketch.
    eigenvalues
        Simple eigenvalues, to which a Ritz value of every probe has converged.
    tie
        Distance within which Ritz values are one of these, relative to the half width of the interval.
    """
    if len(eigenvalues) == 0:
        return sketch
    units = sketch.interval.to_unit(np.array(eigenvalues))
    rules = [_others(alpha, beta, units, tie) for alpha, beta in zip(sketch.alpha, sketch.beta, strict=True)]
    steps = min(len(nodes) for nodes, _ in rules) - 1
    parts = [_recurrence(nodes, weights, max(steps, 1)) for nodes, weights in rules]
    alpha, beta = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    shares = np.array([weights.sum() for _, weights in rules])
    atoms = (*sketch.atoms, *(Atom(float(value), 1, FOUND) for value in eigenvalues))
    return replace(
        sketch,
        alpha=alpha,
        beta=beta,
        norm2=sketch.norm2 * shares,
        atoms=sorted_atoms(atoms),
        num_moments=min(sketch.num_moments, 2 * alpha.shape[1]),
    )


def _others(alpha: Vector, beta: Vector, units: Vector, tie: float) -> tuple[Vector, Vector]:
    """Return the nodes and weights of the rule of a probe that are none of some eigenvalues."""
    nodes, weights = gauss_rule(alpha, beta[:-1])
    kept = (np.abs(nodes[:, None] - units) > tie).all(axis=1)
    return nodes[kept], weights[kept]


def _recurrence(nodes: Vector, weights: Vector, steps: int) -> tuple[Vector, Vector]:
    spaces = array_lanczos(
        lambda vectors: [nodes * vector for vector in vectors],
        [np.sqrt(np.maximum(weights, 0.0))],
        steps,
        lambda count: np.zeros((count, len(nodes))),
        breakdown=1e-13,
    )
    return spaces.jacobi.alpha, spaces.jacobi.beta
