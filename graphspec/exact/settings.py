"""Settings of the exactly known part of a spectrum."""

from __future__ import annotations

from dataclasses import dataclass

from graphspec.options import Number, Options, option


@dataclass(frozen=True, kw_only=True)
class ExactSettings(Options):
    """Settings of the exactly known part of a spectrum.

    Attributes
    ----------
    dense_limit
        Largest number of rows, of a component and of the remainder, whose eigenvalues are computed densely rather than
        sampled: up to it a dense solver is cheaper than the pass (measured).
    dense_work
        Largest work of dense solvers of small components, in cubes of their sizes for every row and stored entry: about
        that of a pass of 800 products (measured).
    digits
        Decimals to which eigenvalues of small components are rounded, so that equal ones coincide.
    max_pairs
        Largest number of leaves that are removed: for the 62 272 of com-DBLP the factorisation takes ten times as long
        as the pass.
    max_rounds
        Largest number of rounds in which leaves are removed: long paths need more, and contribute few eigenvalues.
    max_products
        Largest number of stored entries of the matrix that is factorised.
    dense_entries
        Largest number of entries of the rows whose Gram matrix is inverted densely.
    min_share
        Smallest share of the eigenvalues for which the projection of trees is worth its cost.
    min_branches
        Smallest share of the rows for which isomorphic branches are replaced by one: the rows that go save as much of a
        pass as the smaller graph costs.
    max_solution_error
        Largest relative error of the systems that this projection solves. Weights of many magnitudes make it large;
        eigenvalues are accurate to about thirty times as much (measured), the precision of probes in float32.
    """

    dense_limit: int = option(300, Number(0, integer=True), "rows that a dense solver takes")
    dense_work: int = option(400, Number(0, integer=True), "work of dense solvers for each row and entry")
    digits: int = option(12, Number(0, 16, integer=True), "decimals of equal eigenvalues")
    max_pairs: int = option(10_000, Number(0, integer=True), "leaves removed at most")
    max_rounds: int = option(60, Number(0, integer=True), "rounds of removing leaves")
    max_products: int = option(2_000_000, Number(0, integer=True), "entries of the factorised matrix")
    dense_entries: int = option(8_000, Number(0, integer=True), "entries of a matrix that is inverted densely")
    min_share: float = option(0.002, Number(0.0, 1.0), "share of the eigenvalues that trees have to give")
    min_branches: float = option(0.01, Number(0.0, 1.0), "share of the rows that equal branches have to hold")
    max_solution_error: float = option(1e-8, Number(0.0, 1.0), "relative error of systems of a projection")


DEFAULTS = ExactSettings()
