"""The precision that a pass takes by default, and whether rows are put in an order for it as they are prepared."""

from __future__ import annotations

import numpy as np

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

MIN_ORDERED_ROWS, MIN_ORDERED_PRODUCTS = 100_000, 800
"""Sampled vertices, and products with one probe, from which on an order of the rows pays in float32: 16 probes with 50
products each then take 0.93 of the time on com-DBLP and on communities of a million vertices, the order included, and
as long on a power law (medians of 5 turns)."""


def sixteen_bits_pay(operator: ScaledOperator, sampling: Sampling) -> bool:
    """Return whether a pass by the options takes 16 bits, unless linked rows are close to each other already."""
    # The generic instruction set widens integers one by one.
    if sampling.precision != "auto" or not sampling.structure or not use_native() or instruction_set() == 0:
        return False
    return operator.num_rows >= MIN_ROWS and sampling.num_probes >= MIN_PROBES


def order_pays(operator: ScaledOperator, sampling: Sampling) -> bool:
    """Return whether rows, of which there is a copy anyway, are put in order before the pass.

    Where they are in a file they are not: a copy may not fit memory. Nor where memory is limited: the plan of the pass
    decides there.
    """
    graph = operator.form().graph
    fixed = graph.weights is not None or graph.numbers is not None or is_mapped(graph.indices)
    if fixed or sampling.memory_limit is not None or not use_native() or operator.precision is not np.float32:
        return False
    steps = -(-sampling.num_moments // 2)
    if sixteen_bits_pay(operator, sampling) or sampling.precision == "half":
        enough = operator.num_rows >= MIN_ROWS and steps >= CompiledProduct.ordering_of_rounded.min_steps
    else:
        enough = operator.num_rows >= MIN_ORDERED_ROWS and steps * sampling.num_probes >= MIN_ORDERED_PRODUCTS
    return enough and not has_close_links(graph)
