"""Columns that number two sets of vertices each on its own, so that equal ids are different vertices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from graphspec.errors import InputError
from graphspec.readwrite.edges import Edges

# "% bip unweighted", as KONECT puts it.
_COMMENT = re.compile(rb"^%+[ \t]*bip[ \t]+[a-z]+[ \t]*$", re.MULTILINE)
# ":START_ID(Person)" and ":END_ID(Movie)", as Neo4j puts it.
_GROUP = re.compile(r".*:(?:START|END)_ID\((.+)\)", re.IGNORECASE)


def reason_of_two_sets(comments: bytes, ends: Sequence[str]) -> str | None:
    """Return what shows that source and target are of different sets of vertices, or None.

    Parameters
    ----------
    comments
        Lines above the first row.
    ends
        Names of the columns of source and target, or nothing.
    """
    if _COMMENT.search(comments):
        return "'bip' in a comment"
    groups = [match[1] for match in map(_GROUP.fullmatch, ends) if match is not None]
    if len(groups) == 2 and groups[0] != groups[1]:
        return f"{groups[0]} and {groups[1]} in the header"
    return None


def with_two_sets(edges: Edges, reason: str, name: str) -> Edges:
    """Return edges between two sets of vertices, the second of which is numbered on from the first.

    Parameters
    ----------
    edges
        Edges of which equal ids in both columns are different vertices.
    reason
        What shows that they are.
    name
        Name of the file in messages.

    Raises
    ------
    InputError
        If the sets have names in common, or numbers that cannot be counted on.
    """
    if len(np.intersect1d(edges.tail, edges.head)) == 0:
        return edges
    last, first = int(edges.tail.max()), int(edges.head.min())
    shift = last + 1 - min(first, 1)
    if edges.labels is not None or shift + int(edges.head.max()) >= 2**63:
        raise InputError(
            f"{name}: the columns are two sets of vertices ({reason}) with ids in common: make them differ"
        )
    remark = f"counted the ids of the second column on from {shift}: it is another set of vertices ({reason})"
    return replace(edges, head=edges.head + shift, remarks=(*edges.remarks, remark))
