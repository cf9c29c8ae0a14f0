"""Lanczos recurrences on blocks of vectors, for any symmetric matrix; they are nearly all the cost of a sketch.

:mod:`blocks` and :mod:`sweeps` define the layout of vectors and divide rows among threads; :mod:`products`,
:mod:`sparse_products` and :mod:`compiled_products` multiply; :mod:`recurrence`, :mod:`filters` and :mod:`quadrature`
are the algorithms, :mod:`array_recurrence` that for arrays of other libraries.
"""

from graphspec.lanczos.array_recurrence import KrylovSpaces, array_lanczos
from graphspec.lanczos.blocks import BLOCK_WIDTH, ROWS_PER_TASK, BlockLayout, RoundedBlock, zero_block
from graphspec.lanczos.compiled_products import (
    CompiledProduct,
    Pattern,
    breadth_first_rows,
    order_bytes,
    pattern_product,
    sparse_product,
)
from graphspec.lanczos.filters import chebyshev_filter
from graphspec.lanczos.products import OperatorProduct, Product
from graphspec.lanczos.quadrature import gauss_rule, gauss_rule_and_ends, ritz_values
from graphspec.lanczos.recurrence import JacobiCoefficients, lanczos
from graphspec.lanczos.sparse_products import MAX_WAITING, are_close
from graphspec.lanczos.sweeps import Sweep

__all__ = [
    "BLOCK_WIDTH",
    "MAX_WAITING",
    "ROWS_PER_TASK",
    "BlockLayout",
    "CompiledProduct",
    "JacobiCoefficients",
    "KrylovSpaces",
    "OperatorProduct",
    "Pattern",
    "Product",
    "RoundedBlock",
    "Sweep",
    "are_close",
    "array_lanczos",
    "breadth_first_rows",
    "chebyshev_filter",
    "gauss_rule",
    "gauss_rule_and_ends",
    "lanczos",
    "order_bytes",
    "pattern_product",
    "ritz_values",
    "sparse_product",
    "zero_block",
]
