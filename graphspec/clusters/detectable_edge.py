"""Which eigenvalues that an eigensolver finds beyond a threshold are told from the bulk, and whether they are groups.

The largest eigenvalue of a random matrix fluctuates about the edge of its bulk, so that one close to the threshold may
belong to it. An eigenvalue beyond these fluctuations is told from the bulk, and one within them if the gap after it is
wider than random matrices leave it (:mod:`graphspec.clusters.last_community`).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from graphspec._typing import Vector
from graphspec.clusters.detectable import ANGLE_UNIT, DEFAULT_SETTINGS, DetectionSettings, mean_spacing
from graphspec.clusters.detectable_outcome import DetectableConfirmation, DetectableCount, Kind
from graphspec.clusters.eigensolver import LowPart, LowSpectrum
from graphspec.clusters.last_community import GapTest
from graphspec.densities import SpectralDensity


class Edge:
    """Eigenvalues beyond a threshold at one end of the spectrum, as angles from that end in units of pi / 100.

    Parameters
    ----------
    spectrum
        The eigenvalues, of the operator or its reflection.
    density
        Density of the operator.
    threshold
        The threshold, as the distance from the end.
    settings
        Settings of the choice between groups and scales.
    reflected
        Whether the end is the high end of the density.
    """

    def __init__(
        self,
        spectrum: LowSpectrum,
        density: SpectralDensity,
        threshold: float,
        settings: DetectionSettings = DEFAULT_SETTINGS,
        *,
        reflected: bool = False,
    ) -> None:
        self.spectrum, self.settings = spectrum, settings
        self._length = density.interval.high - density.interval.low
        parts = [np.repeat(part.eigenvalues, part.copies) for part in spectrum.parts]
        self.angles = self._angles(np.sort(np.concatenate([*parts, [spectrum.gap[1]]])))
        begin, below = float(self.angles[-1]), len(self.angles) - 1
        self.spacing = mean_spacing(density, begin, below, settings.num_spacings, reflected=reflected)
        """Mean spacing of the eigenvalues beyond the gap."""
        self._noise = float(self._angles(np.array([threshold]))[0]) - settings.noise_spacings * self.spacing

    def beyond_noise(self, least: int) -> list[int]:
        """Return for every part the number of eigenvalues further from the threshold than the edge fluctuates.

        Parameters
        ----------
        least
            Number of eigenvalues that a component has without groups, if it has so many at all.
        """
        numbers = [int((self._angles(part.eigenvalues) < self._noise).sum()) for part in self.spectrum.parts]
        return [self._at_least(least, number, part) for number, part in zip(numbers, self.spectrum.parts, strict=True)]

    def told(self, least: int, test: GapTest) -> list[int]:
        """Return for every part the number of eigenvalues that are told from the bulk.

        Those are the ones beyond the noise, and all up to the last one after which the gap is too wide for chance.

        Parameters
        ----------
        least
            As of :meth:`beyond_noise`.
        test
            Test of gaps of the same spectrum.
        """
        result = self.beyond_noise(least)
        for index, part in enumerate(self.spectrum.parts):
            for number in range(len(part.eigenvalues), result[index], -1):
                p_value = test.p_value(index, number)
                if p_value is not None and p_value < self.settings.noise_p_value:
                    result[index] = number
                    break
        return result

    def total(self, numbers: list[int]) -> int:
        """Return the number of eigenvalues of all components, from the numbers for each part."""
        return sum(part.copies * number for part, number in zip(self.spectrum.parts, numbers, strict=True))

    def separates(self, told: int) -> bool:
        """Return whether there is a gap at the threshold, or one of the last few between the eigenvalues told."""
        settings = self.settings
        # The first eigenvalue is that of the whole graph: what separates it from the next says nothing of groups.
        widths = np.diff(self.angles)[max(1, told - 1 - settings.neighbours) :]
        smallest = settings.smallest_gap_of_few if told <= settings.few else settings.smallest_gap
        needed = min(settings.sure_gap, settings.fewest_spacings * self.spacing)
        return bool(widths.max(initial=0.0) >= max(smallest, needed))

    @property
    def shows_levels(self) -> bool:
        """Whether eigenvalues of a component are levels of a regular structure, none of whose gaps separates groups.

        Levels of lattices are multiplets with gaps between them that are wide in comparison to the mean spacing of
        eigenvalues; so are those of rings of cliques, but the gap that follows is the widest by far.
        """
        return any(self._shows_levels(part) for part in self.spectrum.parts)

    def _shows_levels(self, part: LowPart) -> bool:
        ends = np.flatnonzero(np.diff(part.eigenvalues) > self.settings.tie) + 1
        levels = [0, *ends.tolist(), len(part.eigenvalues)]
        in_multiplets = sum(end - begin for begin, end in pairwise(levels) if end - begin > 1)
        if in_multiplets == 0 or in_multiplets < self.settings.multiplet_share * len(part.eigenvalues):
            return False
        first = part.eigenvalues[levels[:-1]]
        widths = np.diff(self._angles(np.append(first, part.following)))
        if len(widths) < 2:
            return True
        widest = int(np.argmax(widths))
        near = widest >= max(1, len(widths) - 1 - self.settings.neighbours)
        return not (near and widths[widest] >= self.settings.multiplet_gap * np.delete(widths, widest).max())

    def _angles(self, distances: Vector) -> Vector:
        """Return the angles of eigenvalues by their distances from the end; infinity is beyond the other end."""
        return np.asarray(np.arccos(1 - 2 * np.minimum(distances / self._length, 1.0)) / ANGLE_UNIT)

    @staticmethod
    def _at_least(least: int, number: int, part: LowPart) -> int:
        return max(number, min(least, len(part.eigenvalues)))


def with_confirmation(
    count: DetectableCount,
    result: DetectableConfirmation,
    test: GapTest,
    settings: DetectionSettings = DEFAULT_SETTINGS,
) -> DetectableCount:
    """Return a count with the result of the eigensolver, whose eigenvalues tell groups from scales.

    Parameters
    ----------
    count
        The count on a density.
    result
        All eigenvalues below the threshold.
    test
        Test of gaps between them.
    settings
        Settings of the choice between groups and scales.
    """
    assert count.density is not None
    assert count.threshold is not None
    edge = Edge(result.below, count.density, count.threshold, settings)
    beyond_noise = edge.total(edge.beyond_noise(1))
    # A gap that makes an eigenvalue within the noise count is among those that are compared: without one there is none.
    without_gap = beyond_noise > result.num_components and not edge.separates(beyond_noise)
    if result.count > result.num_components and (without_gap or edge.shows_levels):
        return replace(count, confirmation=result, kind=Kind.SCALES)
    numbers = edge.told(1, test)
    told = edge.total(numbers)
    kind = Kind.GROUPS if told > result.num_components else Kind.NONE
    if kind is Kind.GROUPS and not edge.separates(told):
        return replace(count, confirmation=result, kind=Kind.SCALES)
    result = replace(
        result,
        count=told,
        count_low=min(told, result.count_low),
        spectrum=result.below.first(numbers),
        p_value=test.last_p_value(numbers) if kind is Kind.GROUPS else None,
    )
    return replace(count, confirmation=result, kind=kind)
