"""Reports: one page with all results of a folder, for a browser without a network.

:mod:`records` says what the page needs of a result, and reads it; :mod:`results` gathers a folder in rows, one for each
dataset. :mod:`answers` puts results in words, :mod:`curves` makes the pictures of spectra, :mod:`intervals` those of
counts and :mod:`heatmap` those of divergences. :mod:`page` makes the page of the template ``page.html``.
"""

from graphspec.report.page import render, write_report
from graphspec.report.results import Results, Row, load_results

__all__ = ["Results", "Row", "load_results", "render", "write_report"]
