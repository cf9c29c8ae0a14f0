"""From the bytes of a file to a graph and back.

:mod:`lines` decompresses and splits, :mod:`parsing` turns rows into edges, :mod:`edgelist` reads and writes edge lists,
:mod:`matrices` Matrix Market, MATLAB and scipy files, :mod:`graphfile` graph files that are mapped, :mod:`external`
edge lists larger than memory, :mod:`datasets` the catalogue.
"""
