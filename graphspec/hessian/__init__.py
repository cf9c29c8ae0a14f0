"""Spectra of the Hessians of neural networks, and optimisers that use them; needs torch and curvlinops.

:mod:`problems`, :mod:`losses`, :mod:`networks`, :mod:`datasets` and :mod:`training` give a model with a loss and data;
:mod:`layers` and :mod:`checks` make sure that it has second derivatives; :mod:`curvature` its matrices as operators of
the pass; :mod:`edges` and :mod:`spectrum` what a sketch of one says; :mod:`analysis` is the question of the command,
:mod:`result` and :mod:`picture` its answer; :mod:`rates`, :mod:`ritz_pairs` and :mod:`optimizers` use spectra.
"""

from graphspec.hessian.analysis import run, states_of
from graphspec.hessian.curvature import Curvature, curvature, torch_operator
from graphspec.hessian.edges import End, Outlier, SpectrumEdges, spectrum_edges
from graphspec.hessian.optimizers import LeapingSGD, OutlierOptimizer
from graphspec.hessian.options import HessianOptions
from graphspec.hessian.problems import Problem, load_problem, problem_of
from graphspec.hessian.rates import Rates, Shrinkage, gradient_descent_rates, heavy_ball_rates, shrinkage_of_damping
from graphspec.hessian.result import HessianResult, in_one_frame
from graphspec.hessian.ritz_pairs import RitzPairs, ritz_pairs
from graphspec.hessian.spectrum import CurvatureSpectrum, curvature_spectrum
from graphspec.hessian.training import Training, load_checkpoint, train

__all__ = [
    "Curvature",
    "CurvatureSpectrum",
    "End",
    "HessianOptions",
    "HessianResult",
    "LeapingSGD",
    "Outlier",
    "OutlierOptimizer",
    "Problem",
    "Rates",
    "RitzPairs",
    "Shrinkage",
    "SpectrumEdges",
    "Training",
    "curvature",
    "curvature_spectrum",
    "gradient_descent_rates",
    "heavy_ball_rates",
    "in_one_frame",
    "load_checkpoint",
    "load_problem",
    "problem_of",
    "ritz_pairs",
    "run",
    "shrinkage_of_damping",
    "spectrum_edges",
    "states_of",
    "torch_operator",
    "train",
]
