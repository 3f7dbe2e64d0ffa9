"""The geometry of the report's plots: from numbers to positions in percent, so that a plot scales with the page."""
