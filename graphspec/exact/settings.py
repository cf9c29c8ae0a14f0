"""Settings of what is taken out exactly."""

from __future__ import annotations

from dataclasses import dataclass

from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class ExactSettings(Options):
    """Settings of what is taken out exactly.

    Attributes
    ----------
    dense_limit
        Largest number of rows whose eigenvalues are computed densely in place of sampling: of a component, and of all
        that is left. Up to it a dense solver is cheaper than the pass (measured).
    dense_work
        Work that dense solvers of small components may take, in cubes of their sizes for every row and stored entry:
        about what a pass of 800 products takes (measured).
    digits
        Decimals to which eigenvalues of small components are rounded, so that equal ones are one.
    max_pairs
        Leaves that are removed at most: of the 62 272 of com-DBLP the factorisation takes ten times as long as the
        pass.
    max_rounds
        Rounds in which leaves are removed together: long paths have more, and little to give.
    max_products
        Stored entries of the matrix that is factorised, at most.
    dense_entries
        Entries of a matrix of rows up to which it is inverted densely.
    min_share
        Share of the eigenvalues that trees have to give to be worth their projection.
    max_solution_error
        Largest relative error of the systems that this projection solves. Weights of many magnitudes make it large;
        eigenvalues are right to some thirty times as much (measured), about the precision of probes in float32.
    """

    dense_limit: int = option(300, Number(0, integer=True), "rows that a dense solver takes")
    dense_work: int = option(400, Number(0, integer=True), "work of dense solvers for each row and entry")
    digits: int = option(12, Number(0, 16, integer=True), "decimals of equal eigenvalues")
    max_pairs: int = option(10_000, Number(0, integer=True), "leaves removed at most")
    max_rounds: int = option(60, Number(0, integer=True), "rounds of removing leaves")
    max_products: int = option(2_000_000, Number(0, integer=True), "entries of the factorised matrix")
    dense_entries: int = option(8_000, Number(0, integer=True), "entries of a matrix that is inverted densely")
    min_share: float = option(0.002, Number(0.0, 1.0), "share of the eigenvalues that trees have to give")
    max_solution_error: float = option(1e-8, Number(0.0, 1.0), "relative error of systems of a projection")


DEFAULTS = ExactSettings()
