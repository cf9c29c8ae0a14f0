"""The precision that a pass takes by default, and whether rows are put in an order for it while they are prepared."""

from __future__ import annotations

from graphspec.arrays import is_mapped
from graphspec.graphs import has_close_links
from graphspec.lanczos import CompiledProduct
from graphspec.machine import instruction_set, use_native
from graphspec.operators import ScaledOperator
from graphspec.sketches.sampling import Sampling

MIN_ROWS = 500_000
"""Sampled vertices from which on blocks of 16 bits are used: those of fewer are in the cache in either precision."""

MIN_PROBES = 32
"""Probes from which on they are used: with 16, the check and the order of the rows take what is gained. With 32 a pass
takes 0.85 of its time, and with 64 less than 0.8 (power law of a million vertices; ``python -m benchmarks
precision``)."""


def sixteen_bits_pay(operator: ScaledOperator, sampling: Sampling) -> bool:
    """Return whether a pass by the options takes 16 bits, unless linked rows are close to each other already."""
    # The generic instruction set widens integers one by one.
    if sampling.precision != "auto" or not sampling.structure or not use_native() or instruction_set() == 0:
        return False
    return operator.num_rows >= MIN_ROWS and sampling.num_probes >= MIN_PROBES


def order_pays(operator: ScaledOperator, sampling: Sampling) -> bool:
    """Return whether the rows of an operator are put in order before the pass, which would copy them for its own order.

    Where they are in a file they are not: a copy may not fit memory. Nor where memory is limited: the plan of the pass
    decides there.
    """
    graph = operator.form().graph
    wanted = sixteen_bits_pay(operator, sampling) or (sampling.precision == "half" and operator.num_rows >= MIN_ROWS)
    if not wanted or not use_native() or sampling.memory_limit is not None or graph.numbers is not None:
        return False
    many = CompiledProduct.ordering_of_rounded.pay(operator.num_rows, -(-sampling.num_moments // 2))
    return many and graph.weights is None and not is_mapped(graph.indices) and not has_close_links(graph)
