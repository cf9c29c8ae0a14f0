"""Plans: the file that lists datasets, commands and a grid of options, and the tasks that it stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from graphspec.batch.questions import QUESTIONS, Question
from graphspec.catalogue import Catalogue, convert, load_yaml
from graphspec.errors import InputError, ParameterError
from graphspec.options import Options, declarations

JOINT_NAME = "all"
"""Name of the result of a command that takes all datasets at once."""

_COMPRESSED = re.compile(r"\.(gz|bz2|xz|zst|zip)$", re.IGNORECASE)
_FORMAT = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")


class PlanFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of a plan.

    Attributes
    ----------
    datasets
        Names of the catalogue, paths and patterns of paths, relative to the plan; or ``name: path``.
    commands
        Names of commands, or one name with its options each.
    grid
        Options with the values that they take; every combination is a task of every command that has them.
    """

    datasets: list[str | dict[str, str]]
    commands: list[str | dict[str, dict[str, Any] | None]]
    grid: dict[str, list[Any]] = {}


@dataclass(frozen=True)
class Source:
    """A dataset of a plan.

    Attributes
    ----------
    name
        Name in results, which is part of the names of their files.
    text
        Name or path as the plan writes it, which results give as the name of their input.
    path
        Path of the file; None for a name of the catalogue.
    """

    name: str
    text: str
    path: Path | None


@dataclass(frozen=True)
class Task:
    """One command on one dataset, or on all, with one combination of options.

    Attributes
    ----------
    question
        The command.
    sources
        The dataset; all of them for a command that takes them at once.
    options
        Options of the command.
    given
        The options that the plan gives, as it writes them.
    label
        Parameters in the name of the result; empty where the command has no others.
    """

    question: Question
    sources: tuple[Source, ...]
    options: Options = field(compare=False)
    given: Mapping[str, Any] = field(compare=False)
    label: str = ""

    @property
    def name(self) -> str:
        """Name of the result: that of the dataset, with the parameters where the plan has a grid."""
        stem = JOINT_NAME if self.question.joint else self.sources[0].name
        return f"{stem}-{self.label}" if self.label else stem

    @property
    def path(self) -> str:
        """Path of the result relative to the folder of results."""
        return f"{self.question.name}/{self.name}.json"


@dataclass(frozen=True)
class Plan:
    """A plan that was checked.

    Attributes
    ----------
    path
        Path of its file.
    sources
        The datasets.
    tasks
        All tasks, dataset by dataset; those that take all datasets come last.
    """

    path: Path
    sources: tuple[Source, ...]
    tasks: tuple[Task, ...]


def read_plan(path: str | Path, catalogue: Catalogue) -> Plan:
    """Read and check a plan.

    Parameters
    ----------
    path
        File in YAML.
    catalogue
        Catalogue that its names are looked up in.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, has an unknown key, command or option, or lists a dataset that does not
        match or twice the same; the message names the place.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: the plan cannot be read ({error.strerror or error})") from error
    raw = load_yaml(content, str(path))
    grid = raw.get("grid")
    for key, values in grid.items() if isinstance(grid, dict) else ():
        if not isinstance(values, list):
            raise InputError(f"{path}: grid: {key}: expected a list of values, as in {key}: [{values}]")
    file = convert(raw, PlanFile, str(path))
    for key in ("datasets", "commands"):
        if not getattr(file, key):
            raise InputError(f"{path}: {key}: expected at least one, found none")
    sources = _sources(file.datasets, path, catalogue)
    single, joint = [], []
    for question, given, labels in _asked(file, path):
        options = _options(question, given, f"{path}: {question.name}")
        label = "-".join(f"{key}={_in_words(given[key])}" for key in labels)
        if question.joint:
            joint.append(Task(question, sources, options, given, label))
        else:
            single += [Task(question, (source,), options, given, label) for source in sources]
    order = {source: number for number, source in enumerate(sources)}
    tasks = (*sorted(single, key=lambda task: order[task.sources[0]]), *joint)
    twice = [name for name, count in Counter(task.path for task in tasks).items() if count > 1]
    if twice:
        raise InputError(f"{path}: {twice[0]} would be written twice: two tasks have the same parameters")
    return Plan(path, sources, tasks)


def _asked(file: PlanFile, path: Path) -> list[tuple[Question, dict[str, Any], list[str]]]:
    """Return the commands with every combination of their options, and the options that names of results have."""
    commands = [_command(entry, path) for entry in file.commands]
    times = Counter(question.name for question, _ in commands)
    unused = set(file.grid)
    asked = []
    for question, given in commands:
        known = declarations(question.options)
        grid = {key: values for key, values in file.grid.items() if key.removeprefix("--").replace("-", "_") in known}
        unused -= grid.keys()
        both = grid.keys() & given.keys()
        if both:
            raise InputError(f"{path}: {min(both)} is given to {question.name} and in the grid")
        # A command that is asked twice is told apart by its options.
        labels = [*(sorted(given) if times[question.name] > 1 else []), *sorted(grid)]
        asked += [
            (question, {**given, **dict(zip(grid, point, strict=True))}, labels) for point in product(*grid.values())
        ]
    if unused:
        wrong = min(unused)
        options = {name.replace("_", "-") for question, _ in commands for name in declarations(question.options)}
        meant = get_close_matches(wrong.removeprefix("--").replace("_", "-"), sorted(options), n=1)
        choice = f": did you mean {meant[0]}?" if meant else ""
        raise InputError(f"{path}: grid: none of the commands has the option {wrong}{choice}")
    empty = [key for key, values in file.grid.items() if not values]
    if empty:
        raise InputError(f"{path}: grid: {empty[0]} has no values")
    return asked


def _command(entry: str | Mapping[str, Mapping[str, Any] | None], path: Path) -> tuple[Question, dict[str, Any]]:
    """Return a command with the options that the plan gives it."""
    mapping = {entry: None} if isinstance(entry, str) else entry
    if len(mapping) != 1:
        raise InputError(f"{path}: commands: expected a name, or one name with its options, found {dict(mapping)!r}")
    ((name, given),) = mapping.items()
    if name not in QUESTIONS:
        raise InputError(f"{path}: commands: {name!r} is no command of a batch: there are {', '.join(QUESTIONS)}")
    return QUESTIONS[name], dict(given or {})


def _options(question: Question, given: Mapping[str, Any], place: str) -> Options:
    try:
        return question.options_of(given)
    except (ParameterError, TypeError) as error:
        raise InputError(f"{place}: {error}") from error


def _sources(entries: Sequence[str | Mapping[str, str]], plan: Path, catalogue: Catalogue) -> tuple[Source, ...]:
    """Return the datasets; patterns stand for the files that match them."""
    found: list[Source] = []
    for entry in entries:
        if isinstance(entry, str):
            found += _matching(entry, plan, catalogue)
        else:
            found += [Source(_checked(name, plan), text, _resolved(text, plan)) for name, text in entry.items()]
    owners: dict[str, Source] = {}
    for source in found:
        other = owners.setdefault(source.name.lower(), source)
        if other is not source:
            both = f"{source.name} names both {other.text} and {source.text}"
            told = f"{source.text} is listed twice" if other.text == source.text else both
            raise InputError(f"{plan}: datasets: {told}: give one a name of its own, as in `other: PATH`")
    return tuple(found)


def _matching(text: str, plan: Path, catalogue: Catalogue) -> list[Source]:
    """Return the datasets of an entry: files of a pattern, a file, or a name of the catalogue."""
    if re.search(r"[*?\[]", text):
        base = Path(text) if Path(text).is_absolute() else plan.parent / text
        anchor, pattern = _split_pattern(base)
        paths = sorted(each for each in anchor.glob(pattern) if each.is_file() and not each.name.startswith("."))
        if not paths:
            raise InputError(f"{plan}: datasets: no file matches {text}")
        absolute = Path(text).is_absolute()
        names = [str(each) if absolute else str(each.relative_to(plan.parent)) for each in paths]
        return [Source(_stem(name, plan), name, path.absolute()) for name, path in zip(names, paths, strict=True)]
    path = _resolved(text, plan)
    if path is None or not path.exists():
        dataset = catalogue.find(text)
        if dataset is not None:
            return [Source(_file_name(dataset.name), text, None)]
    return [Source(_stem(text, plan), text, path)]


def _split_pattern(path: Path) -> tuple[Path, str]:
    """Return the folder above the first part that is a pattern, and the rest."""
    for number, part in enumerate(path.parts):
        if re.search(r"[*?\[]", part):
            return Path(*path.parts[:number]), str(Path(*path.parts[number:]))
    return path.parent, path.name


def _resolved(text: str, plan: Path) -> Path:
    return (plan.parent / text).absolute()  # workers may have another folder


def _stem(text: str, plan: Path) -> str:
    """Return the name of a file without its folder and the endings of its format and compression."""
    name = _COMPRESSED.sub("", Path(text).name)
    return _checked(_file_name(_FORMAT.sub("", name) or name), plan)


def _file_name(name: str) -> str:
    """Return a name in which nothing separates folders."""
    return re.sub(r"[^\w.+=-]+", "_", name)


def _checked(name: str, plan: Path) -> str:
    if not re.match(r"\w[\w.+=-]*$", name):
        raise InputError(f"{plan}: datasets: {name!r} is no name: letters, digits and . _ + = - make one")
    return name


def _in_words(value: Any) -> str:
    """Return a value as a part of the name of a file."""
    text = "+".join(map(str, value)) if isinstance(value, list) else str(value)
    return _file_name(text)
