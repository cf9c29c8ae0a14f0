"""What is collected: the part for neural networks where its libraries are installed (``make test-hessian``)."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") and find_spec("curvlinops") else ["*hessian*"]
