"""What a run would read, cost and need at a size that no machine here holds."""
