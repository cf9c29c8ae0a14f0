"""The precision that a pass takes by default, and whether rows are put in an order for it as they are prepared."""

from __future__ import annotations

from typing import Any

import numpy as np

from graphspec.exact import Quotient
from graphspec.graphs import has_close_links
from graphspec.lanczos import CompiledProduct
from graphspec.machine import instruction_set, resident_bytes, use_native
from graphspec.operators import ScaledOperator
from graphspec.sketches.sampling import Sampling

MIN_ROWS = 500_000
"""Sampled vertices from which on blocks of 16 bits are used: those of fewer are in the cache in either precision."""

MIN_PROBES = 32
"""Probes from which on they are used: with 16, the check and the order of the rows take what is gained. With 32 a pass
takes 0.73 to 0.85 of its time, and with 64 0.69 (power law of a million vertices; ``python -m benchmarks
precision``)."""

ORDERED_ROWS, MIN_ORDERED_STEPS = (100_000, 4_000_000), 50
"""Sampled vertices, and products with each probe, for which an order of the rows pays in float32: 16 probes with 50
products take 0.93 of the time on com-DBLP and on communities of a million vertices, the order included, and as long on
a power law (medians of 5 turns). For 8 million nothing is gained. The number of probes has no part in it, or each would
depend on the others."""


def sixteen_bits_pay(operator: ScaledOperator, sampling: Sampling) -> bool:
    """Return whether a pass by the options takes 16 bits, unless linked rows are close to each other already."""
    # The generic instruction set widens integers one by one.
    if sampling.precision != "auto" or not sampling.structure or not use_native() or instruction_set() == 0:
        return False
    return operator.num_rows >= MIN_ROWS and sampling.num_probes >= MIN_PROBES


def order_pays(reduced: Quotient, sampling: Sampling) -> bool:
    """Return whether the rows of a quotient, which are a copy anyway, are put in order before the pass.

    The rows of a graph itself are not, as there is no copy, nor are others where the limit of memory leaves no room.
    """
    graph = reduced.form().graph
    fixed = graph.weights is not None or graph.numbers is not None or graph is reduced.whole.graph
    if fixed or not use_native() or reduced.precision is not np.float32:
        return False
    rows, steps = reduced.num_rows, -(-sampling.num_moments // 2)
    pays = ORDERED_ROWS[0] <= rows <= ORDERED_ROWS[1] and steps >= MIN_ORDERED_STEPS
    if sixteen_bits_pay(reduced, sampling) or sampling.precision == "half":
        pays |= rows >= MIN_ROWS and steps >= CompiledProduct.ordering_of_rounded.min_steps
    limit, needed = sampling.memory_limit, graph.indices.nbytes + 2 * graph.indptr.nbytes
    return pays and (limit is None or resident_bytes() + needed <= limit) and not has_close_links(graph)


def key_of_order(sampling: Sampling) -> tuple[Any, ...]:
    """Return what :func:`order_pays` depends on, beside the quotient."""
    return sampling.num_moments, sampling.memory_limit, sampling.precision, sampling.num_probes >= MIN_PROBES
