"""The registry-free lane: the cluster's pieces built from Debian packages, PyPI and Go modules."""
