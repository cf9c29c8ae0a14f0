"""Formats of output: records as JSON and CSV, tables for a terminal, pictures in files, HTML for notebooks."""

from graphspec.output.html import plain_value, result_html
from graphspec.output.pictures import SUFFIXES, check_matplotlib, check_plotting, new_axes, picture, small_picture
from graphspec.output.records import csv_text, json_line, plain_field, record_of
from graphspec.output.tables import answer, counted, facts_table, make_table, render, short_names, shortened

__all__ = [
    "SUFFIXES",
    "answer",
    "check_matplotlib",
    "check_plotting",
    "counted",
    "csv_text",
    "facts_table",
    "json_line",
    "make_table",
    "new_axes",
    "picture",
    "plain_field",
    "plain_value",
    "record_of",
    "render",
    "result_html",
    "short_names",
    "shortened",
    "small_picture",
]
