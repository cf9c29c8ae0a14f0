"""Answers to the questions of the command line: records, tables and pictures."""
