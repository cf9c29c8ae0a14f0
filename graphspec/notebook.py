"""Results as notebooks show them: a short text, a table with a small picture, a frame of pandas, axes of matplotlib.

What is shown of a result is known to :mod:`graphspec.analyses.views`, which stands above all results.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Shown:
    """A result with a short text, a table in HTML, a frame and a picture.

    Examples
    --------
    >>> import graphspec, networkx
    >>> count = graphspec.count_eigenvalues(networkx.complete_graph(5), 1.0, 2.0)
    >>> count
    EigenvalueCount(low=1, high=2, count=4, count_low=4, count_high=4)
    >>> count.to_frame()
       low  high  count  count_low  count_high
    0  1.0   2.0    4.0        4.0         4.0
    """

    def __repr__(self) -> str:
        """Return the kind of the result and its first numbers."""
        return str(_views().short_text(self))

    def _repr_html_(self) -> str:
        """Return a table of the numbers, and a small picture where there is one and matplotlib is installed."""
        return shown_html(self)

    def to_frame(self) -> Any:
        """Return the rows of the result as a DataFrame of pandas, with the columns of its CSV.

        Columns that describe the input are left out where the result does not know it.
        """
        return _views().frame(self)

    def plot(self, ax: Any = None) -> Any:
        """Draw the result into axes of matplotlib.

        Parameters
        ----------
        ax
            The axes; by default those of a new figure.

        Returns
        -------
        Axes
            The axes.

        Raises
        ------
        GraphspecError
            If matplotlib is not installed.
        ParameterError
            If the result has no picture.
        """
        return _views().plot(self, ax)


def shown_html(result: Any) -> str:
    """Return an object that has a view as HTML."""
    return str(_views().html(result))


def _views() -> Any:
    return import_module("graphspec.analyses.views")
