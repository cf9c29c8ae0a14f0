"""The spectrum of a curvature matrix of a network as a result: record, table, rows and picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import ClassVar

from rich.console import RenderableType
from rich.text import Text

from graphspec._typing import Record
from graphspec.analyses.results import Rows, scalars, title_of
from graphspec.analyses.spectrum import SpectrumResult
from graphspec.analyses.text_chart import draw_density
from graphspec.densities import Estimate
from graphspec.hessian.edges import End, Outlier, SpectrumEdges
from graphspec.hessian.picture import Frame, draw_curvature, frame_of
from graphspec.output import answer, make_table, picture

_LISTED = 12  # outliers in a table
_WIDE = 0.1
"""Width of the interval of a share beyond which the share is not told."""

_ENDS = {
    "largest": "largest eigenvalue",
    "bulk_high": "bulk up to",
    "bulk_low": "bulk down to",
    "smallest": "smallest eigenvalue",
}
_OUTER = ("largest", "smallest")


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class HessianResult(SpectrumResult):
    """The spectrum of a curvature matrix of a network.

    Attributes
    ----------
    state
        What the parameters are: ``epoch 10``, or the path of a checkpoint.
    epoch
        Number of epochs of training; None for a checkpoint.
    loss, accuracy
        Mean loss and share of right classes over the data; None where targets are no classes.
    num_classes
        Number of classes.
    edges, trace, negative_mass, above_bulk
        As of :class:`graphspec.hessian.spectrum.CurvatureSpectrum`.
    num_model_parameters
        Number of parameters of the model, those included that are no variables of the matrix.
    num_batches
        Number of batches whose losses are averaged.
    has_batch_norm
        Whether the model has batch normalisation.
    frame
        Axes of the picture; by default those of this spectrum alone.
    """

    command: ClassVar[str] = "hessian"
    state: str
    epoch: int | None
    loss: float
    accuracy: float | None
    num_classes: int | None
    edges: SpectrumEdges
    trace: Estimate
    negative_mass: Estimate
    above_bulk: Estimate
    num_model_parameters: int
    num_batches: int
    has_batch_norm: bool
    frame: Frame | None = None

    @property
    def negative_mass_resolved(self) -> bool:
        """Whether the interval of the share of negative eigenvalues is at most a tenth wide."""
        return bool(self.negative_mass.high - self.negative_mass.low <= _WIDE)

    def values(self) -> Record:
        """Return what stands alone, trace and negative mass, and then what the record of a spectrum has."""
        edges = self.edges
        ends: Record = {}
        for name in ("largest", "smallest", "bulk_low", "bulk_high"):
            value, residual, converged = edges.ends[name]
            ends |= {name: value, f"{name}_residual": residual, f"{name}_converged": converged}
        intervals: Record = {}
        for name in ("trace", "negative_mass", "above_bulk"):
            estimate = getattr(self, name)
            intervals |= {name: float(estimate.value)}
            intervals |= {f"{name}_{part}": float(getattr(estimate, part)) for part in ("sem", "low", "high")}
        return {
            "state": self.state,
            "epoch": self.epoch,
            "loss": self.loss,
            "accuracy": self.accuracy,
            "num_parameters": self.density.dimension,
            "num_model_parameters": self.num_model_parameters,
            "num_batches": self.num_batches,
            "num_classes": self.num_classes,
            **ends,
            "num_outliers": len(edges.above),
            "num_outliers_below": len(edges.below),
            **intervals,
            "negative_mass_resolved": self.negative_mass_resolved,
            "outliers": [asdict(each) for each in (*edges.above, *reversed(edges.below))],
            **super().values(),
        }

    def rows(self) -> Rows:
        """Return a row for every point of the grid of the bulk, with the numbers of the whole in every row."""
        values = self.values()
        return self._with_input(values["grid"], scalars(values))

    def table(self, width: int) -> list[RenderableType]:
        """Return what stands alone, trace, negative mass and ends, and a chart of the bulk."""
        edges = self.edges
        accuracy = "" if self.accuracy is None else f", {self.accuracy:.1%} right"
        classes = "" if self.num_classes is None else f"; there are {self.num_classes} classes"
        alone = len(edges.above)
        said = f"{alone} {'eigenvalue' if alone == 1 else 'eigenvalues'} above the bulk{classes}"
        facts = [
            ("trace", *_with_interval(self.trace), ""),
            ("share of negative eigenvalues", *_with_interval(self.negative_mass), ""),
            ("eigenvalues above the bulk", *_with_interval(self.above_bulk), ""),
            *(_end_row(words, edges.ends[name]) for name, words in _ENDS.items()),
        ]
        columns = {"": "left", "value": "right", "low": "right", "high": "right", "residual": "right"}
        parts: list[RenderableType] = [
            Text.assemble((f"{self.source.name}, {self.state}", "bold"), f": loss {self.loss:.4g}{accuracy}"),
            Text(self._matrix()),
            Text(self._passes()),
            answer(said),
            make_table(f"With {self.density.confidence:.0%} intervals; ends with their residuals", columns, facts),
            *(Text(note) for note in self.notes()),
        ]
        listed = [*edges.above[:_LISTED], *edges.below[:_LISTED]]
        if listed:
            parts.append(_outlier_table(listed, len(edges.above) + len(edges.below)))
        chart = draw_density(self.density, width=max(20, min(width - 18, 100)))
        return [*parts, Text("\nThe bulk:\n" + "\n".join(chart), no_wrap=True)]

    def notes(self) -> list[str]:
        """Return sentences on what the order of the pass does not tell."""
        ends, moments = self.edges.ends, self.parameters["num_moments"]
        outer = [words for name, words in _ENDS.items() if name in _OUTER and not ends[name].converged]
        notes = []
        if outer:
            names = " and ".join(outer)
            notes.append(f"Not converged with {moments} moments: {names}; it may lie farther out than its residual.")
        for name, side in (("bulk_high", "above"), ("bulk_low", "below")):
            if not ends[name].converged:
                notes.append(f"The bulk's end has not converged: more eigenvalues may stand alone {side} it.")
        if not self.negative_mass_resolved:
            notes.append(
                f"{moments} moments do not tell the signs of eigenvalues near zero: the share of negative ones may be "
                "anywhere in its interval."
            )
        return notes

    def draw(self, path: str | Path) -> None:
        """Draw the density of the bulk on a logarithmic axis, with the eigenvalues that stand alone."""
        with picture(path, (9, 4.5)) as figure:
            title = f"{title_of(self.source)}, {self.state}"
            draw_curvature(figure.subplots(), self.density, self.edges, title, self.frame)

    def _matrix(self) -> str:
        size, whole = self.density.dimension, self.num_model_parameters
        of_all = "" if size == whole else f" of {whole:,}"
        examples = f"the mean over {self.parameters['num_examples']:,} examples"
        batches = f" in {self.num_batches:,} {'batch' if self.num_batches == 1 else 'batches'}"
        normalized = ""
        if self.has_batch_norm:
            own = "their own statistics" if self.num_batches > 1 else "its own statistics"
            taken = own if self.parameters["batch_norm"] == "batch" else "running statistics"
            normalized = f", normalised by {taken}"
        return f"{self.parameters['matrix']} of {size:,}{of_all} parameters, {examples}{batches}{normalized}"

    def _passes(self) -> str:
        return (
            f"{self.density.method}, {self.parameters['num_moments']} moments, {self.parameters['num_probes']} probes"
        )


def in_one_frame(results: Sequence[HessianResult]) -> list[HessianResult]:
    """Return results whose pictures have the same axes, so that they compare."""
    frame = frame_of([(result.density, result.edges) for result in results])
    return [replace(result, frame=frame) for result in results]


def _end_row(words: str, end: End) -> tuple[str, str, str, str, str]:
    """Return a row for an end of the spectrum, with the interval in which an eigenvalue lies."""
    low, high = (f"{end.value + sign * end.residual:.5g}" for sign in (-1, 1))
    # No Ritz value is outside of the spectrum: an end of it is known from one side, and if it converged from the other.
    farther = "unknown"
    if words == _ENDS["largest"]:
        low, high = f"{end.value:.5g}", high if end.converged else farther
    elif words == _ENDS["smallest"]:
        low, high = low if end.converged else farther, f"{end.value:.5g}"
    residual = f"{end.residual:.1e}" if end.converged else f"{end.residual:.1e}, not converged"
    return (words, f"{end.value:.5g}", low, high, residual)


def _with_interval(estimate: Estimate) -> tuple[str, str, str]:
    return (f"{float(estimate.value):.5g}", f"{float(estimate.low):.5g}", f"{float(estimate.high):.5g}")


def _outlier_table(listed: list[Outlier], number: int) -> RenderableType:
    rows = [(f"{each.eigenvalue:.6g}", f"{each.residual:.1e}") for each in listed]
    title = "Standing alone" if number == len(listed) else f"Standing alone, {len(listed)} of {number}"
    return make_table(title, {"eigenvalue": "right", "residual": "right"}, rows)
