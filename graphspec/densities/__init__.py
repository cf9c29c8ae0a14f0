"""Spectral densities from a sketch by four methods behind one type.

:mod:`base` holds that type and its intervals; :mod:`maxent`, :mod:`lanczos`, :mod:`kpm` and :mod:`exact` the continuous
parts, :mod:`bounded` one within the bounds of another; :mod:`methods` chooses.
"""
