"""Formats of output: records as JSON and CSV, tables for a terminal, pictures in files."""

from graphspec.output.pictures import SUFFIXES, check_plotting, picture
from graphspec.output.records import csv_text, json_line, plain_field, record_of
from graphspec.output.tables import answer, counted, facts_table, make_table, render, short_names, shortened

__all__ = [
    "SUFFIXES",
    "answer",
    "check_plotting",
    "counted",
    "csv_text",
    "facts_table",
    "json_line",
    "make_table",
    "picture",
    "plain_field",
    "record_of",
    "render",
    "short_names",
    "shortened",
]
