"""A model as a user adds one: random bipartite graphs, with what a fit needs to find the parameter."""

from graphspec.models.base import Model, Parameter
from graphspec.models.pairs import chosen_ranks


class RandomBipartite(Model):
    """Two halves of the vertices, with edges between them of probability p."""

    name = "bipartite"
    title = "random bipartite"
    parameters = (Parameter("p", "probability of an edge between the halves", high=1.0),)
    source = "V. Batagelj and U. Brandes, Phys. Rev. E 71, 036113 (2005)"

    def edges(self, num_nodes, random, values):
        """Return independently chosen pairs of a vertex of the first half and one of the second."""
        first = num_nodes // 2
        ranks = chosen_ranks(first * (num_nodes - first), values["p"], random)
        return ranks % max(first, 1), first + ranks // max(first, 1)

    def mean_degree(self, num_nodes, values):
        """Return p times twice the number of pairs, for each vertex."""
        first = num_nodes // 2
        return values["p"] * 2 * first * (num_nodes - first) / num_nodes

    def scaled(self, values, num_nodes, reference_nodes):
        """Return the probability that keeps the mean degree."""
        ratio = self.mean_degree(num_nodes, {"p": 1.0}) / self.mean_degree(reference_nodes, {"p": 1.0})
        return {"p": min(1.0, values["p"] * ratio)}

    def candidates(self, num_nodes, mean_degree):
        """Return probabilities around that of the mean degree."""
        middle = mean_degree / self.mean_degree(num_nodes, {"p": 1.0})
        return [{"p": min(0.99, middle * factor)} for factor in (0.6, 0.8, 1.0, 1.2)]

    def baseline(self, graph):
        """Return the share of pairs that are edges."""
        return {"p": graph.num_edges / max(graph.num_nodes // 2 * (graph.num_nodes - graph.num_nodes // 2), 1)}
