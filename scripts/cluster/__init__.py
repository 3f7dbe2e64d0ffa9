"""The kind cluster that stands in for GKE: everything on one machine, with or without the internet."""


class ClusterError(RuntimeError):
    """The cluster cannot be brought up or used; the message says what to do."""
