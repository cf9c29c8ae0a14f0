"""Options of the pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphspec.errors import ParameterError
from graphspec.operators import OPERATORS, TAU_RULES
from graphspec.options import Choice, MemorySize, Number, Options, Switch, Text, option

PROBES = Number(2, 1_000_000, integer=True)
"""A standard error needs two probes."""


@dataclass(frozen=True)
class Tau:
    """A positive number, or a rule that gives one for every graph."""

    def accepts(self, value: Any) -> bool:
        """Return whether a value is such a number or rule."""
        return value in TAU_RULES if isinstance(value, str) else Number(0, open=True).accepts(value)

    def parse(self, text: str) -> float | str:
        """Return the rule or the number that a text represents."""
        return text if text in TAU_RULES else float(text)

    def wrong_values(self) -> tuple[Any, ...]:
        """Return numbers that are not positive, and an unknown rule."""
        return (0, -1.0, float("nan"), float("inf"), "median", True)

    def __str__(self) -> str:
        return f"a positive number or one of {', '.join(TAU_RULES)}"


@dataclass(frozen=True, kw_only=True)
class Sampling(Options):
    """Options of sampling a spectrum.

    Attributes
    ----------
    num_moments
        Number of Chebyshev moments of the sketch; there are half as many products of the operator with every probe.
    num_probes
        Number of random probe vectors, whose spread gives the uncertainty of every result.
    seed, first_probe
        Probes number `first_probe`, `first_probe` + 1, ... of `seed` are used.
    tolerance
        Largest half width of the intervals of all moments, or of a count as a share of the count; probes are added
        until it is reached.
    max_probes
        Largest number of probes that a tolerance may use.
    confidence
        Confidence level of intervals.
    operator
        ``normalized``, ``combinatorial``, ``adjacency``, ``natural`` or ``regularized``; see
        :func:`graphspec.graph_operator`.
    tau
        Number that the operator ``regularized`` adds to every degree: a positive number, ``"mean"`` for the mean
        degree, which is the default, or ``"bethe"`` for the spectral radius of the non-backtracking matrix minus 1.
    component
        ``all``, or ``largest`` for the largest connected component alone.
    structure
        Whether to remove the exactly known part of the spectrum before sampling.
    precision
        ``single`` keeps vectors in float32; ``half`` in 16 bits with a scale for 64 rows, which is checked against
        float32 and given up where it does not agree; ``auto``, the default, is half where it pays: for graphs whose
        structure was taken out, with 500 000 sampled vertices or more, and at least 32 probes. Moments agree to 2e-6.
    threads
        Number of threads, by default all processors; it does not change the result.
    scheduler
        Address of a Dask scheduler, whose workers share the probes of a graph; moments agree to 1e-6.
    memory_limit
        Memory limit of the process during the pass, in bytes: if necessary, fewer probes are multiplied at once, with
        the same result, and then entries are read from disk.

    Raises
    ------
    ParameterError
        If a value lies outside of its range, or `max_probes` is less than `num_probes` with a tolerance.
    """

    num_moments: int = option(100, Number(1, 10_000, integer=True), "Chebyshev moments.", group="Accuracy")
    num_probes: int = option(16, PROBES, "Random probe vectors.", group="Accuracy")
    tolerance: float | None = option(
        None,
        Number(0, open=True),
        "Add probes until intervals of moments are at most this wide to either side.",
        group="Accuracy",
    )
    max_probes: int = option(512, PROBES, "Most probes for a tolerance.", group="Accuracy")
    confidence: float = option(0.95, Number(0, 1, open=True), "Confidence level of intervals.", group="Accuracy")
    seed: int = option(0, Number(0, 2**64 - 1, integer=True), "Seed of the probes.", group="Accuracy")
    first_probe: int = option(
        0,
        Number(0, 2**63 - 1, integer=True),
        "Number of the first probe: jobs of one seed take different ones.",
        group="Accuracy",
    )
    operator: str = option(
        "normalized",
        Choice(tuple(OPERATORS)),
        "Matrix I - D^-1/2 A D^-1/2, D - A, A, (D - A) / sqrt(n) or I - (D + tau)^-1/2 A (D + tau)^-1/2.",
        group="Graph",
    )
    tau: float | str | None = option(
        None,
        Tau(),
        "What regularized adds to degrees: a number, mean (default) or bethe.",
        group="Graph",
        metavar="T",
    )
    component: str = option("all", Choice(("all", "largest")), "Part of the graph.", group="Graph")
    structure: bool = option(True, Switch(), "Take exactly known eigenvalues out before sampling.", group="Graph")
    precision: str = option(
        "auto",
        Choice(("auto", "single", "half")),
        "Vectors in 32 bits, or in 16 bits that are checked; auto: by the size of the graph.",
        group="Resources",
    )
    threads: int | None = option(
        None,
        Number(1, integer=True),
        "Threads; results do not depend on it.",
        group="Resources",
        default_help="all processors",
    )
    scheduler: str | None = option(
        None,
        Text(r"\S+", "the address of a Dask scheduler, such as tcp://host:8786", ""),
        "Dask scheduler whose workers share the probes, such as tcp://host:8786.",
        group="Resources",
        metavar="ADDRESS",
    )
    memory_limit: int | None = option(
        None,
        MemorySize(),
        "Memory for the pass, such as 4GB: fewer probes at once, and then entries from disk.",
        group="Resources",
        metavar="SIZE",
    )

    def check(self) -> None:
        """Check that `max_probes` is at least `num_probes`, and that `tau` is for the operator."""
        if self.tau is not None and not OPERATORS[self.operator].takes_tau:
            raise ParameterError(f"`tau` is for `operator` regularized, not for {self.operator}", "tau")
        if self.tolerance is not None and self.max_probes < self.num_probes:
            message = f"`max_probes` ({self.max_probes}) must be at least `num_probes` ({self.num_probes})"
            raise ParameterError(message, "max_probes")
