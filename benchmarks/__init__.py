"""What graphspec must reach, measured: ``python -m benchmarks`` prints one row for every bar."""
