"""Random-graph models: parameter spaces, generators, and known spectral densities.

A model is a short class (:mod:`base`); :mod:`generation` finds models by name, including plugins, and generates graphs.
"""

from graphspec.models.base import Edges, Model, Parameter, ParameterValues, Values
from graphspec.models.block_structure import BlockStructure
from graphspec.models.generation import BLOCK_MODELS, MODELS, full_name, generate, get_model, model_names
from graphspec.models.partitioned import PartitionedModel

__all__ = [
    "BLOCK_MODELS",
    "MODELS",
    "BlockStructure",
    "Edges",
    "Model",
    "Parameter",
    "ParameterValues",
    "PartitionedModel",
    "Values",
    "full_name",
    "generate",
    "get_model",
    "model_names",
]
