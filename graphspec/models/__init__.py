"""Random-graph models: parameter spaces, generators, and what is known of their spectra.

A model is a short class (:mod:`base`); :mod:`generation` finds one by its name, plugins included, and makes graphs.
"""
