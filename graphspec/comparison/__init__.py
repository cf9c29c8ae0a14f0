"""Divergences between spectra, and random-graph models fitted to one by the spectra of reference graphs."""
