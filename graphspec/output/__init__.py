"""Forms of output that know no result: records as JSON and CSV, tables for a terminal, pictures in files."""
