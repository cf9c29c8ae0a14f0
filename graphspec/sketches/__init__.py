"""The one expensive pass: random probes, what they leave of every recurrence, its moments, and its file."""
