"""The geometry of the plots: from numbers to positions in percent, so that a plot scales with the page."""
