"""The fault campaign: break a run, run it once more, and compare what came out."""
