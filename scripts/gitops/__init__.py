"""From a commit to production: publish a release, stage it, promote it, take it back.

An environment runs one release, named by its commit in charts/gitops/clusters/<environment>/version.yaml on the main
branch. Flux does the rest.
"""

ENVIRONMENTS = ("staging", "production")


class GitOpsError(RuntimeError):
    """A step was refused or failed; the message says why and what to do."""
