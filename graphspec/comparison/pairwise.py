"""Comparison of all pairs of several spectra.

The zeros of the components are left out of the spectra, and their numbers are reported. All other atoms are included in
the moments, so that the result does not depend on which structure was removed exactly. All densities have the same
order and the same variances of the quadratic term, so that they differ by their moments alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graphspec._typing import Matrix
from graphspec.comparison.distances import wasserstein_and_kolmogorov
from graphspec.comparison.divergence import Divergence, symmetric_kl
from graphspec.comparison.measures import fit_measures
from graphspec.comparison.settings import CompareSettings
from graphspec.errors import ParameterError, SketchError
from graphspec.machine import one_blas_thread
from graphspec.notebook import Shown
from graphspec.sketches import Moments, SpectralSketch, jacobi_chebyshev_moments, nonzero_moments, raw_order

DEFAULTS = CompareSettings()


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """Divergences of all pairs of several spectra.

    Attributes
    ----------
    names
        Names of the inputs.
    num_moments
        Order of all densities.
    num_zeros
        Zero eigenvalues of every input, which are left out.
    symmetric_kl
        (D(p | q) + D(q | p)) / 2 of the MaxEnt densities, in nats.
    wasserstein
        Area between the distribution functions, in units of eigenvalues.
    kolmogorov
        Largest difference of the distribution functions.
    """

    names: tuple[str, ...]
    num_moments: int
    num_zeros: tuple[int, ...]
    symmetric_kl: Divergence
    wasserstein: Divergence
    kolmogorov: Divergence


def compare(
    sketches: Sequence[SpectralSketch],
    *,
    num_moments: int | None = None,
    names: Sequence[str] | None = None,
    settings: CompareSettings = DEFAULTS,
) -> Comparison:
    """Compare the spectra of two or more sketches.

    All densities have the order of the shortest sketch and the noise of the noisiest, so the symmetric KL depends on
    all of them, and grows with the number of probes; Wasserstein-1 and Kolmogorov-Smirnov distances hardly do.

    Parameters
    ----------
    sketches
        Sketches of one operator with one interval, such as the normalised Laplacian of several graphs.
    num_moments
        Order of the densities; by default the smallest that a sketch was made for.
    names
        Names of the sketches; by default those of their graphs.
    settings
        Settings of the distances.

    Raises
    ------
    ParameterError
        If there are fewer than two sketches, or their number differs from that of the names.
    SketchError
        If they are of different operators or intervals, hold too few moments, or have no eigenvalues but zeros.
    NotConvergedError
        If moments are not those of a spectrum within their standard errors, as those of two or three probes may be:
        the solver does not converge then, and distances would mean nothing.

    Examples
    --------
    >>> import graphspec
    >>> graphs = [graphspec.generate("er", 200, seed=seed, p=0.05) for seed in (1, 2)]
    >>> comparison = graphspec.compare([graphspec.sketch(graph) for graph in graphs])
    >>> bool(comparison.wasserstein.value[0, 1] < 0.02)
    True
    """
    if len(sketches) < 2:
        raise ParameterError("a comparison needs at least two spectra")
    names = [sketch.source.name for sketch in sketches] if names is None else list(names)
    if len(names) != len(sketches):
        raise ParameterError(f"{len(sketches)} sketches cannot have {len(names)} names", "names")
    _check_comparable(sketches, names)
    order = min(sketch.num_moments for sketch in sketches) if num_moments is None else num_moments
    with one_blas_thread():
        measures = fit_measures(_all_moments(sketches, order), names=names)
        low, high = sketches[0].interval
        wasserstein, kolmogorov = wasserstein_and_kolmogorov(measures, (high - low) / 2, settings)
        return Comparison(
            names=tuple(names),
            num_moments=order,
            num_zeros=tuple(sketch.num_zeros for sketch in sketches),
            symmetric_kl=symmetric_kl(measures),
            wasserstein=wasserstein,
            kolmogorov=kolmogorov,
        )


def _all_moments(sketches: Sequence[SpectralSketch], order: int) -> list[Moments]:
    """Return the moments of all sketches; those of sketches of one shape are computed together."""
    raw: dict[int, Matrix] = {}
    for shape in {sketch.alpha.shape for sketch in sketches if sketch.num_remaining}:
        same = [index for index, sketch in enumerate(sketches) if sketch.alpha.shape == shape and sketch.num_remaining]
        if order > 2 * shape[1]:
            continue  # `nonzero_moments` raises the error
        alpha = np.concatenate([sketches[index].alpha for index in same])
        beta = np.concatenate([sketches[index].beta for index in same])
        highest = max(raw_order(sketches[index], order) for index in same)
        moments = jacobi_chebyshev_moments(alpha, beta, highest).reshape(len(same), shape[0], -1)
        raw |= dict(zip(same, moments, strict=True))
    return [nonzero_moments(sketch, order, raw=raw.get(index)) for index, sketch in enumerate(sketches)]


def _check_comparable(sketches: Sequence[SpectralSketch], names: Sequence[str]) -> None:
    """Check that all sketches are of the operator and the interval of the first."""
    first = sketches[0]
    for other, name in zip(sketches[1:], names[1:], strict=True):
        both = f"{names[0]} and {name}"
        if first.operator != other.operator:
            raise SketchError(f"{both} are spectra of different operators ({first.operator}, {other.operator})")
        if first.interval != other.interval:
            raise SketchError(
                f"{both}: spectra of the {first.operator} operator lie in different intervals, "
                f"up to {first.interval[1]:.4g} and {other.interval[1]:.4g}: compare the normalized ones"
            )
