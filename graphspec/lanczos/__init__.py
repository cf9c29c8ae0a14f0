"""The Lanczos recurrence on a block of vectors: all the cost of a sketch.

:mod:`products` multiplies blocks by a matrix, compiled and portable; :mod:`recurrence` runs Lanczos recurrences and
Chebyshev filters on them; :mod:`quadrature` gives Gauss rules and Ritz values of the resulting Jacobi matrices.
"""
