"""Graphs in formats of other programs: GraphML, GEXF, GML and sparse6 by networkx; Pajek, DIMACS, METIS and TGF."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from graphspec._typing import Vertices
from graphspec.errors import InputError, ParameterError
from graphspec.graphs import Graph
from graphspec.readwrite import pajek
from graphspec.readwrite.edges import Edges, graph_of_edges
from graphspec.readwrite.encoding import check_utf8, declares_encoding
from graphspec.readwrite.graph6 import graph6_of, graph_of_graph6
from graphspec.readwrite.lgl import graph_of_lgl, rows_of_lgl
from graphspec.readwrite.network import checked_weights, graph_of_network
from graphspec.readwrite.recognition import HEAD_BYTES
from graphspec.readwrite.tgf import graph_of_tgf, parts_of_tgf

_METIS_SIZES = re.compile(
    rb"(?:[ \t]*%[^\n]*\n)*[ \t]*([0-9]+)[ \t]+([0-9]+)(?:[ \t]+([01]{1,3}))?(?:[ \t]+[0-9]+)?[ \t]*\n"
)
_DIMACS_HEAD = re.compile(rb"(?:\s*c\b[^\n]*\n)*\s*p[ \t]+(?!w?cnf\b)[a-z]+((?:[ \t]+[0-9]+){2,3})[ \t]*(?:\n|\Z)")
_DIMACS_CAPITALS = re.compile(rb"(?:\s*C\b[^\n]*\n)*\s*P[ \t]+[A-Z]+(?:[ \t]+[0-9]+){2,3}[ \t]*(?:\n|\Z)")
_DIMACS_LINE = re.compile(rb"\s*(?:[a-z][ \t]+)?[0-9]+\b|\s*\Z")
_DIMACS_EDGE = re.compile(
    rb"^[ \t]*(?:[ae][ \t]+([0-9]+)[ \t]+([0-9]+)((?:[ \t]+[0-9.eE+-]+)*)|([0-9]+)[ \t]+([0-9]+))[ \t]*$", re.MULTILINE
)
_GML_START = re.compile(rb"(?:\s*(?:#[^\n]*|(?:creator|version|comment)\b[^\n]*)\n)*\s*graph\s*\[", re.IGNORECASE)
_MULTIGRAPH = re.compile(rb"\bmultigraph\s+1\b")


@dataclass(frozen=True)
class _Format:
    """A format that networkx reads.

    Attributes
    ----------
    name
        Name in messages.
    pattern
        Pattern of the first bytes.
    read
        Function from the content to a networkx graph.
    """

    name: str
    pattern: re.Pattern[bytes]
    read: Callable[[bytes], Any]


def graph_of_format(
    data: bytes, name: str, *, weighted: bool, file: str | None = None
) -> tuple[Graph | None, str | None]:
    """Return the graph of a text in one of the formats, and the name of the format; None twice for any other text.

    Parameters
    ----------
    data
        Text in UTF-8 whose lines end in a line feed.
    name
        Name in messages.
    weighted
        Whether weights are read: of the attribute ``weight`` of an edge, or of DIMACS and METIS.
    file
        Name of the file, whose suffix tells graph6, where it is not `name`.

    Raises
    ------
    InputError
        If the text does not conform to its format.
    """
    data = data.lower() if _DIMACS_CAPITALS.match(data) else data
    head = data[:HEAD_BYTES]
    for kind in _FORMATS:
        if kind.pattern.match(head):
            if not declares_encoding(data):
                check_utf8(data, name)
            return _graph_of_networkx(data, name, kind, weighted), kind.name
    if (form := graph6_of(data, file or name)) is not None:
        return graph_of_graph6(data, name, form, sparse6_ends, weighted=weighted, file=file), form
    if pajek.START.match(head):
        return _with_legible_labels(pajek.graph_of_pajek(data, name, weighted), data, name), "Pajek"
    if sizes := _dimacs_sizes(data):
        return _graph_of_dimacs(data, sizes, name, weighted), "DIMACS"
    for other, build in (("TGF", graph_of_tgf), ("LGL", graph_of_lgl), ("METIS", _graph_of_metis)):
        if (graph := build(data, name, weighted)) is not None:
            return _with_legible_labels(graph, data, name), other
    return None, None


def _with_legible_labels(graph: Graph, data: bytes, name: str) -> Graph:
    """Return a graph whose labels hold no replacement for bytes of another encoding, which would make some equal."""
    if graph.labels is not None and any("\ufffd" in str(label) for label in graph.labels.tolist()):
        check_utf8(data, name)
    return graph


def format_of(head: bytes, name: str) -> str | None:
    """Return the name of the format of a text that is no edge list by its first bytes and its name, or None."""
    if (form := graph6_of(head, name)) is not None:
        return form
    if _dimacs_sizes(head):
        return "DIMACS"
    if pajek.START.match(head):
        return "Pajek"
    if parts_of_tgf(head)[1]:
        return "TGF"
    if rows_of_lgl(head):
        return "LGL"
    return next((kind.name for kind in _FORMATS if kind.pattern.match(head[:HEAD_BYTES])), None)


def _graph_of_networkx(data: bytes, name: str, kind: _Format, weighted: bool) -> Graph:
    try:
        network = kind.read(data)
    except Exception as error:  # damaged files make the parsers raise errors of all kinds
        cause = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{name}: expected a graph in {kind.name}, which cannot be read ({cause})") from error
    # GraphML may define a default weight of edges.
    default_weight = network.graph.get("edge_default", {}).get("weight")
    for *_, attributes in network.edges(data=True) if default_weight is not None else ():
        attributes.setdefault("weight", default_weight)
    return graph_of_network(network, name, weighted=weighted)


def _networkx() -> Any:
    # Imported late: it takes as long as everything else together, and edge lists do not need it.
    import networkx as nx

    return nx


def _read_gml(data: bytes) -> Any:
    nx, label = _networkx(), "label"
    while True:
        try:
            return nx.parse_gml(data.decode().split("\n"), label=label)
        except nx.NetworkXError as error:
            if re.match("edge.* is duplicated", str(error)) and not _MULTIGRAPH.search(data):
                data = _GML_START.sub(rb"\g<0> multigraph 1 ", data, count=1)  # repeated edges are merged later
            elif "label" in str(error) and label == "label":
                label = "id"  # without labels, or with equal ones
            else:
                raise


def _read_graphml(data: bytes) -> Any:
    graphs = len(re.findall(rb"<(?:\w+:)?graph[\s>]", data))
    if graphs != 1:
        raise ValueError(f"it holds {graphs} graphs, of which networkx reads the first")
    return _networkx().read_graphml(io.BytesIO(_in_namespace(data, "http://graphml.graphdrawing.org/xmlns")))


def _read_gexf(data: bytes) -> Any:
    # networkx knows the versions 1.1draft and 1.2draft; what it reads of others is the same.
    data = _in_namespace(data, "http://www.gexf.net/1.2draft")
    return _networkx().read_gexf(io.BytesIO(data), version="1.2draft")


def _in_namespace(data: bytes, wanted: str) -> bytes:
    """Put elements in the namespace of the root, which may be another version's or missing, into the wanted one."""
    actual = _namespace_of(next(iter(ET.iterparse(io.BytesIO(data), events=("start",))))[1])
    if actual == wanted:
        return data
    root = ET.fromstring(data)
    for element in root.iter():
        if _namespace_of(element) == actual:
            element.tag = f"{{{wanted}}}{element.tag.rpartition('}')[2]}"
    return ET.tostring(root)


def _namespace_of(element: ET.Element) -> str:
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""


def sparse6_ends(line: bytes) -> Vertices:
    """Return the ends of the edges of a graph in sparse6, shape (number of edges, 2)."""
    edges = _networkx().from_sparse6_bytes(line).edges()
    return np.array(list(edges), dtype=np.int64).reshape(-1, 2)


_FORMATS = (
    _Format("GraphML", re.compile(rb".*?<(?:\w+:)?graphml\b", re.DOTALL | re.IGNORECASE), _read_graphml),
    _Format("GEXF", re.compile(rb".*?<(?:\w+:)?gexf\b", re.DOTALL | re.IGNORECASE), _read_gexf),
    _Format(
        "GML",
        _GML_START,
        _read_gml,
    ),
)


def _dimacs_sizes(data: bytes) -> list[int]:
    """Return the sizes on the line p of a graph in DIMACS, or none for other text, such as an edge between p and x."""
    head = _DIMACS_HEAD.match(data)
    if head is None:
        return []
    below = data[head.end() : head.end() + HEAD_BYTES].split(b"\n")
    first = next((line for line in below if line.strip() and line.split()[0] != b"c"), b"")
    return [int(size) for size in head[1].split()] if _DIMACS_LINE.match(first) else []


def _graph_of_dimacs(data: bytes, sizes: Sequence[int], name: str, weighted: bool) -> Graph:
    """Build the graph of a DIMACS file: comments c, sizes p, and edges e or a, with vertices from 1 on.

    The problems of PACE have edges without a letter, and for bipartite graphs the sizes of both sides.
    """
    _check_dimacs_lines(data, name)
    num_nodes, num_edges = sum(sizes[:-1]), sizes[-1]
    rows = [(one or other, two or another, values) for one, two, values, other, another in _DIMACS_EDGE.findall(data)]
    ends = np.array([(int(tail), int(head)) for tail, head, _ in rows], dtype=np.int64).reshape(-1, 2) - 1
    if len(ends) and (ends.min() < 0 or ends.max() >= num_nodes):
        raise InputError(f"{name}: expected vertices from 1 to {num_nodes}, as the line p says, found others")
    # Some files count an edge once and list it twice, or the reverse.
    if len(ends) not in (num_edges, 2 * num_edges, num_edges / 2):
        raise InputError(f"{name}: expected {num_edges} edges, as the line p says, found {len(ends)}")
    labels = np.arange(1, num_nodes + 1)
    if not weighted:
        return graph_of_edges(Edges(ends[:, 0], ends[:, 1], None, labels), name, 0)
    numbers = [values.split() for *_, values in rows]
    wrong = next((values for values in numbers if len(values) != 1), None)
    if wrong is not None:
        raise InputError(f"{name}: expected a weight in every line of an edge, found {len(wrong) or 'none'}")
    weights = checked_weights([value.decode() for (value,) in numbers], name)
    return graph_of_edges(Edges(ends[:, 0], ends[:, 1], weights, labels), name, 0)


def _check_dimacs_lines(data: bytes, name: str) -> None:
    """Check that every line is an edge, or begins with the letter of something else."""
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.split()
        if words and words[0] not in (b"p", b"c", b"n", b"d", b"v", b"x") and not _DIMACS_EDGE.fullmatch(line):
            shown = line.decode("utf-8", "replace")[:40]
            expected = "expected an edge in DIMACS (e or a, two vertices, or these alone)"
            raise InputError(f"{name}, line {number}: {expected}, found {shown!r}")


def _graph_of_metis(data: bytes, name: str, weighted: bool) -> Graph | None:
    """Build the graph of a METIS file: sizes n m, then the neighbours of every vertex; return None for other text.

    An edge list below its sizes begins in the same way: the text is METIS only if there are n lines and 2 m neighbours
    between 1 and n, no vertex is its own neighbour, and every edge is listed in both directions.
    """
    sizes = _METIS_SIZES.match(data)
    if sizes is None:
        return None
    num_nodes, num_edges, form = int(sizes[1]), int(sizes[2]), (sizes[3] or b"").rjust(3, b"0")
    step = 2 if form[2:] == b"1" else 1
    # Rows of one width, as in edge lists, must be those of a regular graph: this excludes most other files.
    widths = {len(line.split()) for line in data[sizes.end() : sizes.end() + HEAD_BYTES].split(b"\n")[:-1]}
    if num_nodes == 0 or (form[:2] == b"00" and len(widths) == 1 and num_nodes * widths.pop() != 2 * num_edges * step):
        return None
    num_lines = data.count(b"\n", sizes.end()) + (not data.endswith(b"\n"))
    blank = data[-64:].count(b"\n") - data[-64:].rstrip().count(b"\n")  # lines at the end
    if not num_nodes <= num_lines <= num_nodes + data.count(b"%", sizes.end()) + blank:
        return None
    body = data[sizes.end() :].removesuffix(b"\n")
    lines = [line for line in body.split(b"\n") if not line.lstrip().startswith(b"%")]
    while len(lines) > num_nodes and not lines[-1].strip():
        lines.pop()
    words = [line.split() for line in lines]
    if form[:2] != b"00" and len(lines) == num_nodes and all(word.isdigit() for row in words for word in row):
        extra = sum(map(len, words)) - 2 * num_edges * step
        if extra and extra % num_nodes == 0:
            raise InputError(f"{name}: METIS with weights or sizes of vertices is not read: leave them out")
    if len(lines) != num_nodes or form[:2] != b"00":
        return None
    if sum(map(len, words)) != 2 * num_edges * step or not all(word.isdigit() for row in words for word in row):
        return None
    tail = np.repeat(np.arange(num_nodes), [len(row) // step for row in words])
    head = np.array([int(word) for row in words for word in row[::step]], dtype=np.int64) - 1
    if not len(head) or head.min() < 0 or head.max() >= num_nodes or (tail == head).any():
        return None
    forward, backward = np.sort(tail * num_nodes + head), np.sort(head * num_nodes + tail)
    if not np.array_equal(forward, backward):
        return None
    once = tail < head
    weights = None
    if weighted:
        if step == 1:
            raise InputError(f"{name}: expected METIS with weights of edges, found none")
        weights = np.array([float(word) for row in words for word in row[1::2]])[once]
    return _graph_from_one(np.column_stack([tail, head])[once], weights, num_nodes, name)


def _graph_from_one(ends: Any, weights: Any, num_nodes: int, name: str) -> Graph:
    """Build a graph with the ids 1 to n."""
    try:
        graph = Graph.from_edges(ends[:, 0], ends[:, 1], weights, num_nodes=num_nodes, name=name)
    except ParameterError as error:
        raise InputError(f"{name}: {error}") from error
    return replace(graph, labels=np.arange(1, num_nodes + 1))
