"""The undirected simple graph that everything reads, and its connected components."""
