"""Recognition of content that is not an edge list, by its first bytes or lines.

Such content is either read by another module, or refused with the name of the format and advice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graphspec.errors import InputError

HEAD_BYTES = 1 << 14
"""Number of bytes by which a format of text is recognised."""


@dataclass(frozen=True)
class _Foreign:
    """A format that is not read.

    Attributes
    ----------
    pattern
        Pattern of the first bytes.
    meaning
        Description of such content, with its article.
    advice
        Advice for users.
    """

    pattern: re.Pattern[bytes]
    meaning: str
    advice: str


def _binary(start: bytes, meaning: str, advice: str) -> _Foreign:
    return _Foreign(re.compile(re.escape(start)), meaning, advice)


def _text(pattern: str, meaning: str, advice: str) -> _Foreign:
    return _Foreign(re.compile(pattern.encode(), re.IGNORECASE), meaning, advice)


_AS_EDGES = "export the edges as CSV or text"
_DIMACS = r"(?:c\b[^\n]*\n\s*)*"  # comments
_BINARY = (
    _binary(b"FEA1", "a Feather file of version 1", "write it again, or as Parquet"),
    _binary(b"\x89HDF\r\n", "an HDF5 file", _AS_EDGES),
    _binary(b"SQLite format 3\0", "an SQLite database", _AS_EDGES),
    _binary(b"%PDF-", "a PDF document", "give the data that it was made from"),
    _binary(b"\x89PNG", "a picture", "give the data that it was made from"),
    _binary(b"\xd0\xcf\x11\xe0", "a document of an office program", "save it as CSV"),
    _binary(b"Rar!", "a RAR archive", "unpack it and give the file"),
    _binary(b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and give the file"),
    _binary(b"\x04\x22\x4d\x18", "LZ4 data", "decompress it, or use gzip, bzip2, xz or zstd"),
    _binary(b"\x1f\x9d", "data of the program compress", "decompress it, or use gzip, bzip2, xz or zstd"),
    _Foreign(re.compile(rb"\x80[\x02-\x05](?:\x95|\}|c|\])"), "a Python pickle", "write the graph as an edge list"),
)
_TEXT = (
    _text(r"version https://git-lfs", "a pointer of Git LFS", "fetch the file itself with git lfs pull"),
    _text(
        r"(?:http/[0-9.]+\s+)?(?:error:?\s+)?[45][0-9][0-9]:?\s+[a-z][^\n]*\s*\Z|(?:page |file )?not found\s*\Z"
        r"|access denied|forbidden\s*\Z|(?:moved permanently|bad gateway|internal server error)\b",
        "the answer of a web server (not found, or refused)",
        "look at the address that it came from",
    ),
    _text(
        r"[a-z .,:/'-]*\b(?:error|exceeded|too many|too large|denied|unavailable|unauthori[sz]ed|not found"
        r"|not be found|timed? ?out|redirecting to|log in|sign in)\b[^\n]*\s*\Z|http/[0-9.]+\s+[0-9]{3}\b",
        "the answer of a web server",
        "look at the address that it came from",
    ),
    _text(r"(?:\.\./)*(?:\.git)?/?annex/objects/", "a pointer of git-annex", "fetch the file with git annex get"),
    _text(
        r"@?(?:prefix\s+[\w-]*:|base\s+<)|<\w+:[^>\s]+>\s+<\w+:[^>\s]+>\s",
        "RDF (Turtle or N-Triples)",
        "export the triples as CSV",
    ),
    _text(r"\|?[^\n|]*\|[^\n]*\n\s*\|?\s*:?-{3,}[\s:|-]*\n", "a table in Markdown", "save it as CSV"),
    _text(
        r"(?:[^\n]*\n)?[ |]*\+?-{3,}\+(?:-{3,}[+|]?)+[ \t]*\n|={3,}(?:[ \t]+={3,})+[ \t]*\n"
        r"|\|[^\n]*\|[ \t]*\n\|-+(?:\+-+)*\|[ \t]*\n",
        "a table that a program has drawn",
        "save it as CSV",
    ),
    _text(r"leda\.graph\b", "a graph in LEDA", _AS_EDGES),
    _text(r"(?:create|match|merge)\s*\([^)\n]*[:{)]", "Cypher", _AS_EDGES),
    _text(r"[^\n&]+&[^\n&]+\\\\[ \t]*(?:\n|\Z)", "a table in LaTeX", "save it as CSV"),
    _text(r"(?:-[ \t]+[^\s,][^\n,]*,[^\n]*\n\s*){2}|-[ \t]+[\[{]", "a list in YAML", _AS_EDGES),
    _text(
        r"\w+[ \t]*=[ \t]*\[[ \t]*(?:[0-9.+-]|\n)",
        "a matrix in MATLAB",
        "write it as text without brackets, and add --matrix",
    ),
    _text(
        r"import[ \t]+[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*\n[^=(]{0,999}[=(]|from[ \t]+[\w.]+[ \t]+import[ \t]+\w"
        r"|(?:var|let|const)[ \t]+\w+[ \t]*=|\w+(?:\.\w+)+\([^\n]*\)",
        "a program",
        "run it, and write the edges as CSV or text",
    ),
    _text(r"<!doctype html|<html|<head\b|<body\b", "a web page", "look at the address that it came from"),
    _text(
        r"(?:<[^\n>]*sparse[^\n]*\n\s*(?:with [^\n]*>\s*\n\s*)?(?:coords\s+values\s*\n\s*)?)?"
        r"(?:\"?\([^(),\n]+,[^(),\n]+\)\"?[\s,;:|]+[0-9.eE+-]+[ \t]*(?:\n\s*|\Z)){2}",
        "entries of a matrix as Python prints them, or counts of pairs",
        "write them with scipy.io.mmwrite, or as three columns",
    ),
    _text(r"<\?xml|<[a-z][\w:]*[\s>]", "XML", "graphs in XML are read if they are GraphML or GEXF"),
    _text(
        r"(?:(?:--|/\*)[^\n]*\n\s*)*(?:create\s+(?:temp\w*\s+)?table\b[^;]*\(|insert\s+into\b|drop\s+table\b[^\n]*;"
        r"|pragma\s+\w+|lock\s+tables|set\s+[@\w]+\s*=|use\s+\S+\s*;|begin\s*(?:transaction)?\s*;|select\b[^;]*\bfrom\b)",
        "SQL",
        _AS_EDGES,
    ),
    _text(
        r"(?:(?:(?://|#)[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)\s*)*(?:strict\s+)?(?:di)?graph\b\s*(?:\"[^\"]*\"|[^\s\[{\"]+)?\s*\{",
        "a graph in DOT",
        "read it with networkx or Graphviz, and " + _AS_EDGES,
    ),
    _text(rf"{_DIMACS}p\s+w?cnf\b", "a formula in DIMACS CNF", "make a graph of it, and " + _AS_EDGES),
    _text(rf"{_DIMACS}p\s+aux\b", "a table of vertices in DIMACS", "give the graph, whose lines of arcs begin with a"),
    _text(rf"{_DIMACS}s\s+td\s+[0-9]", "a tree decomposition of PACE", "give the graph that it belongs to"),
    _text(
        r"33d32945\b|section\s+(?:comment\s*\n\s*name\b|graph\s*\n\s*(?:obstacles|nodes)\s+[0-9])",
        "a Steiner tree problem (STP)",
        _AS_EDGES,
    ),
    _text(r"(?:[a-z_]+\s*:[^\n]*\n\s*)+dimension\s*:\s*[0-9]", "a problem of TSPLIB", _AS_EDGES),
    _text(r"t\s+#\s+-?[0-9]+[^\n]*\n\s*v\s", "graphs in the format of gSpan", "give the edges of one as CSV or text"),
    _text(r"\(tlp\s", "a graph in TLP of Tulip", _AS_EDGES),
    _text(r"@nodes\s*\n", "a graph in LGF of LEMON", _AS_EDGES),
    _text(r"\*(?:node|tie)\s+data\b", "a graph in VNA", _AS_EDGES),
    _text(r"dl\s+(?:n|nr)\s*=", "a graph in UCINET DL", _AS_EDGES),
    _text(r"nodedef>", "a graph in GDF", _AS_EDGES),
    _text(
        r"[{]\s*[}\"'\[{]|\[\s*(?:[\"\[{\](]|[0-9.-]+\s*,)|\[\s*\Z",
        "JSON",
        "read it in Python, and write the edges as CSV",
    ),
    _text(
        r"(?:graph|flowchart)[ \t]+(?:t[bd]|bt|lr|rl)\b|\w+(?:\[[^\]\n]*\]|\([^)\n]*\)|\{[^}\n]*\})[ \t]*-->",
        "a diagram of Mermaid",
        _AS_EDGES,
    ),
    _text(
        r"(?:\"[^\"\n]*\"|[\w.]+)\s*(?:--|->)\s*(?:\"[^\"\n]*\"|[\w.]+)\s*\[\s*\w+\s*=[^\n]*\]\s*;?[ \t]*(?:\n|\Z)",
        "edges of a graph in DOT",
        "read it with networkx or Graphviz, and " + _AS_EDGES,
    ),
    _text(
        r"structure\(list\(|(?:data\.frame|list|c)\([^\n]*=|\w+[ \t]*<-[ \t]*\w+\(|IGRAPH [0-9a-f]+ [DU]|\[\[1\]\]\s*\n"
        r"|[0-9]+ x [0-9]+ (?:sparse )?Matrix of class|\[1\][ \t]+[\"0-9]",
        "an object that R has printed",
        "write the edges with write.csv, or igraph's write_graph",
    ),
    _text(r"\([^()\n]*\)[ \t]*<?-\[[^\n]*\]-", "paths of Cypher", "return the ids of both ends as columns"),
    _text(r"copy\s+[^\n(]*\([^\n)]*\)\s+from\s+stdin|\\connect\b", "SQL", _AS_EDGES),
    _text(
        r"(\w+):[^\n]*\n(\w+):[^\n]*\n(?:\w+:[^\n]*\n)*\s*\n\1:[^\n]*\n\2:"
        r"|(?:format-version:|\[term\])[^\n]*\n|@\w+\{[^\n]*,[ \t]*\n|ty  - [^\n]*\n",
        "records of names and values",
        "write the two ends of an edge as columns",
    ),
    _text(
        r"##(?:fileformat|gff-version|gvf)|@hd\tvn:|>[^\n]*\n[acgtnu]{2}[a-z*\n-]*(?:\Z|>)|locus  ",
        "a file of genomics",
        "give the edges as CSV or text",
    ),
    _text(r"\\(?:documentclass|begin|usepackage|draw|path|node|edge|vertex)\b", "TeX", _AS_EDGES),
    _text(r"\w+\([^()\n]*\)\.[ \t]*\n", "facts in Prolog", _AS_EDGES),
    _text(r"\(+[^()\n;]*\([^\n;]*\)[^\n;]*;", "a tree in Newick", _AS_EDGES),
    _text(r"@startuml\b", "a diagram of PlantUML", _AS_EDGES),
    _text(r"(?:weighted)?adjacency(?:hyper)?graph[ \t]*\n[ \t]*[0-9]", "a graph of Ligra", _AS_EDGES),
    _text(
        r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})[ ][ *](?![0-9a-f]{32})\S[^\n]*(?:\n|\Z)",
        "checksums of files",
        "give the file itself",
    ),
    _text(r"0{7,8}:?[ ]+(?:[0-9a-f]{2,4}[ ]+){4}", "a dump of bytes", "give the file itself"),
    _text(
        r"\[?[0-9]{4}-[0-9]{2}-[0-9]{2}[ t][0-9:.,]{8,}z?\]?[ \t]+\[?(?:info|debug|warn|warning|error|trace|fatal)\b",
        "a log of a program",
        "give an edge list",
    ),
    _text(
        r"copyright[ ]+(?:\(c\)|[0-9]{4})|(?:#[^\n]*\n\s*)*[a-z]['a-z]*(?:[ ][a-z',()-]+){3,}[.!?][ \t]*(?:\n|\Z)",
        "prose",
        "give an edge list",
    ),
    _text(r">>>\s|commit [0-9a-f]{4,40}\s*\n(?:merge|author):", "a log of a program", "give an edge list"),
    _text(
        r"---\s*\n|[\w.-]+:\s*\n\s+[\w-]|\[[\w .-]+\]\s*\n\s*(?:[\w.-]+\s*=|\n)",
        "settings (YAML, INI or TOML)",
        "give an edge list",
    ),
    _text(r"(?:[\w.-]+[ \t]*=(?![=>])[ \t]*[^\s=][^\n=]*\n\s*){2}", "settings (names and values)", "give an edge list"),
)
_BRACKETED_ROWS = re.compile(rb"(?:\s*\[[^\[\]{}\n]*,[^\[\]{}\n]*\][,;]?[ \t]*(?:\n|\Z))+")


def refuse_foreign_bytes(data: bytes, name: str) -> None:
    """Refuse binary content in a format that is known not to be read.

    Raises
    ------
    InputError
        If the content is recognised; the message names the format and gives advice.
    """
    _refuse(_BINARY, data[:64], name)


def refuse_foreign_text(data: bytes, name: str) -> None:
    """Refuse text in a format that is known not to be an edge list.

    Raises
    ------
    InputError
        If the content is recognised; the message names the format and gives advice.
    """
    head = data[:HEAD_BYTES]
    if _BRACKETED_ROWS.fullmatch(head[: head.rfind(b"\n") + 1] if len(data) > HEAD_BYTES else head):
        return  # edges such as [1, 2], one in a line
    _refuse(_TEXT, head.lstrip(), name)


def _refuse(formats: tuple[_Foreign, ...], head: bytes, name: str) -> None:
    for foreign in formats:
        if foreign.pattern.match(head):
            raise InputError(
                f"{name}: expected an edge list, found what looks like {foreign.meaning}: {foreign.advice}"
            )
