"""A complete analysis, as an example to begin a new one with: the heat trace of a graph."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from graphspec.analyses.console import SILENT
from graphspec.analyses.inputs import heading
from graphspec.analyses.results import Result
from graphspec.analyses.spectra import SpectralOptions, estimate_spectrum
from graphspec.densities.base import Estimate
from graphspec.options import Number, option
from graphspec.output.tables import answer


@dataclass(frozen=True, kw_only=True)
class HeatTraceOptions(SpectralOptions):
    """Options of a heat trace; method, sampling and reading come with the class above."""

    time: float = option(1.0, Number(0), "Time t of exp(-t L).", group="Answer", metavar="T")


@dataclass(frozen=True, eq=False, kw_only=True)
class HeatTraceResult(Result):
    """The trace of exp(-t L) per vertex, with its interval."""

    command: ClassVar[str] = "heat-trace"
    trace: Estimate

    def values(self):
        """Return the estimate; rows of CSV follow from it."""
        return {key: float(getattr(self.trace, key)) for key in ("value", "sem", "low", "high")}

    def table(self, width):  # noqa: ARG002
        """Return the estimate in a sentence."""
        values = self.values()
        return [heading(self.source), answer(f"{values['value']:.4g} ({values['low']:.4g} to {values['high']:.4g})")]


def run(source, options=None, progress=SILENT):
    """Estimate the heat trace of a graph: open it, estimate its density, integrate."""
    options = options or HeatTraceOptions()
    spectrum = estimate_spectrum(source, options, progress)
    trace = spectrum.density.integrate(lambda eigenvalue: np.exp(-options.time * eigenvalue))
    parameters = {"method": options.method, "time": options.time, **spectrum.parameters}
    return HeatTraceResult(source=spectrum.source, parameters=parameters, trace=trace)
