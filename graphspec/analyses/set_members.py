"""Sets of graphs as inputs: a folder, a pattern of the shell, a file of many graphs, or objects in a list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from graphspec.analyses.console import SILENT, Console
from graphspec.analyses.inputs import remarks_on
from graphspec.analyses.sources import name_of, open_source
from graphspec.errors import GraphspecError, InputError, ParameterError, SketchError
from graphspec.graphs import Dropped, Graph, connected_components
from graphspec.operators import Operator
from graphspec.output import counted
from graphspec.readwrite import Reading, parts_of, read_graphs
from graphspec.sketches import InputSummary, SpectralSketch, summarize


@dataclass(frozen=True, eq=False)
class SetOfGraphs:
    """The graphs of a set.

    Attributes
    ----------
    name
        Name of the set.
    members
        Graphs, or sketches of their normalised Laplacians.
    summaries
        Summaries of the members, whose names they have.
    """

    name: str
    members: tuple[Graph | SpectralSketch, ...]
    summaries: tuple[InputSummary, ...]

    @property
    def summary(self) -> InputSummary:
        """The set as one input: sums over its graphs, and the checksum of their checksums in the order of the set."""
        checksums = [each.sha256 for each in self.summaries]
        known = [each for each in checksums if each is not None]
        digest = hashlib.sha256("".join(known).encode()).hexdigest() if len(known) == len(checksums) else None
        sums = {name: _sum(getattr(each, name) for each in self.summaries) for name in _COUNTS}
        dropped = [asdict(each.dropped) for each in self.summaries]
        total = Dropped(**{name: sum(each[name] for each in dropped) for name in asdict(Dropped())})
        return InputSummary(self.name, digest, **sums, dropped=total)


_COUNTS = ("num_nodes", "num_edges", "num_components", "num_isolated")


def open_set(source: Any, name: str, reading: Reading, console: Console = SILENT) -> SetOfGraphs:
    """Open a set of graphs.

    Parameters
    ----------
    source
        A folder, every file of which is a graph; a pattern of the shell; a file in graph6 or sparse6 with a graph in
        every line, or ``-`` for such lines from standard input; or a list of inputs that
        :func:`graphspec.analyses.sources.open_source` accepts.
    name
        Name of the set, if the source is a list.
    reading
        Options of reading, for every file.
    console
        Console for remarks and progress.

    Raises
    ------
    InputError
        If there are no such files, or one cannot be read.
    ParameterError
        If the source is no set.
    SketchError
        If a sketch is of another operator than the normalised Laplacian.
    GraphspecError
        If a graph has no vertices.
    """
    if isinstance(source, (str, Path)):
        name, found = str(source), _inputs_of(source)
    elif isinstance(source, (list, tuple, Iterator)):
        found = list(source)
    else:
        raise ParameterError(f"a set of graphs is a list, a folder or a pattern, not a {type(source).__name__}")
    members, summaries, remarks = [], [], 0
    with console.stage("reading"), console.counting("reading", " graphs") as report:
        for number, each in enumerate(found, 1):
            label = _label_of(each, f"{name}:{number}")
            member = _opened(each, label, reading, console if console.verbose else SILENT)
            remarks += isinstance(member, Graph) and bool(remarks_on(member))
            members.append(member)
            summaries.append(replace(_summary(member), name=label))
            report(1)
    if remarks and not console.verbose:
        graphs = counted(remarks, "graph", "graphs")
        console.remark(f"{name}: reading guessed or dropped something of {graphs}: see them with -v")
    return SetOfGraphs(name, tuple(members), tuple(summaries))


def _inputs_of(source: str | Path) -> Sequence[Any]:
    """Return the files of a folder or a pattern, or the graphs of a file."""
    name, path = str(source), Path(source)
    try:
        parts = None if name == "-" else parts_of(source)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror or error})") from error
    except InputError as error:
        raise InputError(f"{name}: the folder holds no graphs") from error
    if parts is not None:
        return [str(part) for part in parts]
    if name != "-" and not path.exists():
        raise InputError(f"{name}: no such folder, file or pattern that a file matches")
    graphs = read_graphs(source)
    if graphs is None:
        raise InputError(
            f"{name}: is no set of graphs: give a folder, a pattern in quotation marks, or a file with a graph in "
            "graph6 or sparse6 in every line"
        )
    return graphs


def _label_of(source: Any, numbered: str) -> str:
    """Return the name of a member: that of its file, or of the set with its number for an object."""
    if isinstance(source, (str, Path, SpectralSketch)):
        return name_of(source)
    return source.name if isinstance(source, Graph) and source.sha256 is not None else numbered


def _opened(source: Any, name: str, reading: Reading, console: Console) -> Graph | SpectralSketch:
    # What is in a file of many graphs was read.
    opened = source if isinstance(source, Graph) else open_source(source, reading, console)
    if isinstance(opened, Operator):
        raise ParameterError(f"{name}: a set is of graphs, not of operators")
    if isinstance(opened, SpectralSketch) and opened.operator != "normalized":
        raise SketchError(f"{name}: sets have normalised Laplacians, and the sketch is of {opened.operator}")
    if isinstance(opened, Graph) and opened.num_nodes == 0:
        raise GraphspecError(f"{name}: a graph without vertices has no spectrum")
    return opened


def _summary(member: Graph | SpectralSketch) -> InputSummary:
    return member.source if isinstance(member, SpectralSketch) else summarize(member, connected_components(member))


def _sum(counts: Iterable[int | None]) -> int | None:
    """Return the sum of counts, or None where one is not known."""
    known = list(counts)
    return None if any(each is None for each in known) else sum(each for each in known if each is not None)
