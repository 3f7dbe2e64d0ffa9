"""Going back to an earlier delivery."""
