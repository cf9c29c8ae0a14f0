"""Records of results: what the page needs of each command, checked when a file is read."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from graphspec.catalogue import convert
from graphspec.errors import InputError
from graphspec.exact import Atom

SCHEMA = "graphspec/1"
"""Schema of the records that can be read."""


class Input(msgspec.Struct, frozen=True):
    """The input of a result; the counts are None for an operator without a graph."""

    name: str
    num_nodes: int | None = None
    num_edges: int | None = None
    num_components: int | None = None


class Grid(msgspec.Struct, frozen=True):
    """Density and number of eigenvalues on the points of a grid."""

    eigenvalue: list[float]
    density: list[float]
    density_low: list[float]
    density_high: list[float]
    count: list[float]
    count_low: list[float]
    count_high: list[float]

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__struct_fields__]
        if len({len(column) for column in columns}) > 1 or len(self.eigenvalue) < 2:
            raise ValueError("expected columns of one length, and two points at least")
        if any(a >= b for a, b in pairwise(self.eigenvalue)):
            raise ValueError("expected increasing eigenvalues")


class Solver(msgspec.Struct, frozen=True):
    """Outcome of the solver of a density."""

    converged: bool
    residual: float


class SpectrumResult(msgspec.Struct, frozen=True):
    """A spectrum."""

    method: str
    atoms: list[Atom]
    grid: Grid
    solver: Solver


class ConfirmedGap(msgspec.Struct, frozen=True):
    """A count below a gap by an eigensolver."""

    count: int


class ConfirmedCommunities(msgspec.Struct, frozen=True):
    """A count of communities by an eigensolver."""

    count: int
    count_low: int
    count_high: int
    p_value: float | None = None


class Level(msgspec.Struct, frozen=True):
    """A level of communities."""

    count: float


class Detectable(msgspec.Struct, frozen=True):
    """A count of detectable communities."""

    kind: Literal["groups", "scales", "none"]
    count: float | None
    count_low: float | None
    count_high: float | None
    r: float | None
    confirmed: ConfirmedCommunities | None
    levels: list[Level] | None = None


class Candidate(msgspec.Struct, frozen=True):
    """A candidate for the gap."""

    gap_low: float
    gap_high: float
    score: float
    significant: bool
    trivial: bool
    excluded: str | None = None


class ClustersResult(msgspec.Struct, frozen=True):
    """Clusters by the gap of a spectrum, and detectable communities."""

    count: float | None
    count_low: float | None
    count_high: float | None
    threshold: float | None
    gap_low: float | None
    gap_high: float | None
    significant: bool | None
    rule: str
    candidates: list[Candidate]
    confirmed: ConfirmedGap | None
    detectable: Detectable | None


class Ranked(msgspec.Struct, frozen=True):
    """A model that was tried, in a classification."""

    model: str
    parameters: dict[str, float]
    symmetric_kl: float
    noise_floor: float
    consistent: bool
    refuted_by: str | None = None
    impossible: str | None = None


class ClassifyResult(msgspec.Struct, frozen=True):
    """A classification by models."""

    best: str | None
    ranking: list[Ranked]

    def __post_init__(self) -> None:
        if self.best is not None and self.best not in {each.model for each in self.ranking}:
            raise ValueError(f"expected the best model in the ranking, found {self.best!r}")


class Matrices(msgspec.Struct, frozen=True):
    """Divergences between all pairs of inputs."""

    inputs: list[str]
    symmetric_kl: list[list[float]]
    sem: list[list[float]]
    noise_floor: list[list[float]]

    def __post_init__(self) -> None:
        size = len(self.inputs)
        for matrix in (self.symmetric_kl, self.sem, self.noise_floor):
            if size < 2 or [len(row) for row in matrix] != [size] * size:
                raise ValueError("expected matrices with a row and a column for each of two inputs or more")


class Steps(msgspec.Struct, frozen=True):
    """Divergences between consecutive inputs of a series."""

    inputs: list[str]
    symmetric_kl: list[float]
    sem: list[float]
    noise_floor: list[float]

    def __post_init__(self) -> None:
        if any(len(each) != len(self.inputs) - 1 for each in (self.symmetric_kl, self.sem, self.noise_floor)):
            raise ValueError("expected a divergence for each input but the first")


class Record(msgspec.Struct, frozen=True):
    """A record of any command; `result` is what the page needs of it, or all of it where it has no view."""

    schema: str
    version: str
    command: str
    parameters: dict[str, Any]
    result: Any
    input: Input | None = None
    inputs: list[Input] | None = None


class Failure(msgspec.Struct, frozen=True):
    """A note that a task failed."""

    dataset: str
    command: str
    error: str
    parameters: dict[str, Any] = {}


VIEWS: dict[str, type[msgspec.Struct]] = {
    "spectrum": SpectrumResult,
    "clusters": ClustersResult,
    "classify": ClassifyResult,
    "compare": Matrices,
}
"""What the page needs of the results of commands that it has a view of."""


def read_record(path: Path) -> Record:
    """Read the record of a result.

    Parameters
    ----------
    path
        File with one record as a line of JSON, in the folder that is named after its command.

    Raises
    ------
    InputError
        If the file is damaged, no record, of another schema, or of another command; or a field is missing or of another
        type.
    """
    raw = _read_json(path)
    if not isinstance(raw, dict) or "schema" not in raw:
        raise InputError(f"{path}: is no record of a result: it has no schema")
    if raw["schema"] != SCHEMA:
        raise InputError(f"{path}: has the schema {raw['schema']!r}, and this version reads {SCHEMA}")
    record: Record = convert(raw, Record, str(path))
    if record.command != path.parent.name:
        raise InputError(f"{path}: is a record of {record.command} in the folder of {path.parent.name}")
    if (record.inputs if record.command == "compare" else record.input) is None:
        raise InputError(f"{path}: is no record of a result: it names no input")
    view = VIEWS.get(record.command, dict)
    if record.command == "compare" and record.parameters.get("series"):
        view = Steps
    if record.command == "compare" and record.parameters.get("sets"):
        view = dict
    return msgspec.structs.replace(record, result=convert(record.result, view, f"{path}: result"))


def read_failure(path: Path) -> Failure:
    """Read the note that a task failed.

    Parameters
    ----------
    path
        File of the note.

    Raises
    ------
    InputError
        If the file is damaged, or no such note.
    """
    failure: Failure = convert(_read_json(path), Failure, str(path))
    return failure


def _read_json(path: Path) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is damaged: one record in JSON was expected ({error})") from error
