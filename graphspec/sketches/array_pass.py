"""The pass over an operator on arrays of another library, whose vectors stay on their device."""

from __future__ import annotations

from graphspec.lanczos import array_lanczos
from graphspec.operators import ArrayOperator
from graphspec.sketches.probe_pass import BREAKDOWN, Pass, with_probes
from graphspec.sketches.probes import ProbeRange, rademacher_probes
from graphspec.sketches.spectral_sketch import SpectralSketch, merge


class ArrayPass(Pass):
    """The pass over an :class:`ArrayOperator`, which multiplies blocks of vectors with its own threads."""

    def __post_init__(self) -> None:
        """Take the operator, which multiplies without preparation."""
        operator = self.prepared.remainder.operator
        assert isinstance(operator, ArrayOperator)
        self.operator = operator

    def probes(self, start: int, stop: int) -> SpectralSketch:
        """Run probes `start` to `stop` - 1."""
        self.planned += (stop - start) * self.prepared.empty.num_steps
        width = self.plan.block_width
        return merge([self._array_block(first, min(first + width, stop)) for first in range(start, stop, width)])

    def _array_block(self, start: int, stop: int) -> SpectralSketch:
        operator, empty = self.operator, self.prepared.empty
        probes = rademacher_probes(self.sampling.seed, range(start, stop), operator.size)
        self.prepared.remainder.known.remove_from(probes)
        spaces = array_lanczos(
            operator.images,
            [operator.convert(probe.astype(operator.precision)) for probe in probes],
            empty.num_steps,
            operator.zeros,
            reorthogonalize=operator.reorthogonalize,
            breakdown=BREAKDOWN[operator.precision],
            progress=self.advance,
        )
        return with_probes(empty, spaces.jacobi, ProbeRange(self.sampling.seed, start, stop))
