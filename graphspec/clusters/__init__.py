"""The number of clusters: eigenvalue counts, gaps at the low end, the eigensolver that confirms them, partitions."""
