"""Analyses behind the commands: their options, and their results as records, tables and pictures."""
