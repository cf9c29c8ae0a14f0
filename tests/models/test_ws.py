"""Rewiring of rings."""

from graphspec.models.generation import generate


def test_rewiring_everything_leaves_no_ring():
    graph = generate("ws", 2000, 1, k=6, p=1.0)
    ring = generate("ws", 2000, 1, k=6, p=0.0)
    assert ring.num_neighbours.tolist() == [6] * 2000
    common = graph.adjacency().multiply(ring.adjacency()).nnz / 2
    # An edge lands on the ring again with a probability of about 6 / 2000.
    assert common < 60
