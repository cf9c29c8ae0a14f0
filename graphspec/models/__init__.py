"""Random-graph models: parameter spaces, generators, and what is known of their spectra.

A model is a short class (:mod:`base`); :mod:`generation` finds one by its name, plugins included, and makes graphs.
"""

from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values
from graphspec.models.generation import MODELS, generate, get_model, model_names

__all__ = ["MODELS", "Edges", "Model", "Parameter", "ParameterValues", "Values", "generate", "get_model", "model_names"]
