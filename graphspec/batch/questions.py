"""Questions that a batch can ask, with the class of their options and the function that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphspec.analyses import (
    classify,
    cluster_options,
    clusters,
    compare,
    count,
    features,
    fit,
    functional,
    functional_options,
    info,
    logdet,
    spectrum,
)
from graphspec.analyses.results import Result
from graphspec.errors import ParameterError
from graphspec.options import Options, Switch, declarations


@dataclass(frozen=True)
class Question:
    """A command that a batch runs.

    Attributes
    ----------
    name
        Name of the command.
    options
        Class of its options.
    run
        Function that answers.
    drawn
        Whether the answer has a picture.
    joint
        Whether it takes all datasets at once.
    """

    name: str
    options: type[Options]
    run: Callable[..., Result]
    drawn: bool = True
    joint: bool = False

    def options_of(self, values: Mapping[str, Any]) -> Options:
        """Return options from a mapping as a plan has it: names as on the command line or as in Python.

        Raises
        ------
        ParameterError
            If there is no option of a name, or a value is not accepted.
        """
        declared = declarations(self.options)
        parsed: dict[str, Any] = {}
        for key, value in values.items():
            name, given = _name_and_value(str(key), value, declared)
            if name in ELSEWHERE:
                raise ParameterError(f"`{name}` is no option of a plan: {ELSEWHERE[name]}", name)
            if name in parsed:
                raise ParameterError(f"`{name}` is given twice", name)
            parsed[name] = given
        return self.options.of(**parsed)


QUESTIONS = {
    question.name: question
    for question in (
        Question("info", info.InfoOptions, info.run, drawn=False),
        Question("spectrum", spectrum.SpectrumOptions, spectrum.run),
        Question("clusters", cluster_options.ClustersOptions, clusters.run),
        Question("count", count.CountOptions, count.run, drawn=False),
        Question("features", features.FeaturesOptions, features.run, drawn=False),
        Question("functional", functional_options.FunctionalOptions, functional.run, drawn=False),
        Question("logdet", logdet.LogdetOptions, logdet.run, drawn=False),
        Question("fit", fit.FitOptions, fit.run),
        Question("classify", classify.ClassifyOptions, classify.run),
        Question("compare", compare.CompareOptions, compare.run, joint=True),
    )
}

ELSEWHERE = {
    "plot": "--plots draws the pictures of all results",
    "labels": "graphspec clusters writes them for one graph",
    "format": "results are JSON, and their summaries CSV",
    "output": "-o names the folder of all results",
    "threads": "--workers and the machine set the threads",
    "catalogue": "--catalogue is given for the whole batch",
    "sets": "a plan is of graphs: graphspec compare --sets takes sets",
    "scheduler": "--scheduler is given for the whole batch",
}
"""Options of commands that a plan does not set, and where they are set instead."""


def _name_and_value(key: str, value: Any, declared: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the name of an option in Python, and its value: a text is parsed as on the command line."""
    by_flag = {each.flag: name for name, each in declared.items() if each.flag}
    name = key.removeprefix("--")
    name = by_flag.get(name) or by_flag.get(f"--{name}") or name.replace("-", "_")
    off = name.removeprefix("no_")
    if name not in declared and off in declared and isinstance(declared[off].constraint, Switch):
        return off, not value if isinstance(value, bool) else value
    if name not in declared:
        return name, value
    constraint = declared[name].constraint
    if isinstance(value, list):
        return name, tuple(value)
    if isinstance(value, str) and not constraint.accepts(value):
        try:
            return name, constraint.parse(value)
        except (ValueError, LookupError):
            return name, value  # the check of the option says what is wrong
    return name, value
