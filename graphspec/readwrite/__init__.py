"""From the bytes of a file to a graph and back.

:mod:`edgelist` reads and writes edge lists, :mod:`matrices` reads matrices, :mod:`graphfile` files that are mapped,
:mod:`external_sort` lists larger than memory, :mod:`datasets` the catalogue. Below them, :mod:`text` finds rows,
:mod:`detection` weighs how they are written, and :mod:`parsing` makes :mod:`edges` of them.
"""
