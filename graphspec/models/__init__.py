"""Random-graph models: parameter spaces, generators, and known spectral densities.

A model is a short class (:mod:`base`); :mod:`generation` finds models by name, including plugins, and generates graphs.
"""

from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values
from graphspec.models.generation import MODELS, generate, get_model, model_names

__all__ = ["MODELS", "Edges", "Model", "Parameter", "ParameterValues", "Values", "generate", "get_model", "model_names"]
