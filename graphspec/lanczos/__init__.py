"""The Lanczos recurrence on a block of vectors, which is all the cost of a sketch, on matrices that need no graph.

:mod:`blocks` and :mod:`sweeps` lay out vectors and share rows; :mod:`products`, :mod:`sparse_products` and
:mod:`compiled_products` multiply; :mod:`recurrence`, :mod:`filters` and :mod:`quadrature` are the algorithms.
"""
