"""The fault campaign: break a run in every way there is, run it once more, and compare what came out."""
