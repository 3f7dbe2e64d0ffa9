"""A pull request's own dbt build: datasets of its own, synthetic data, only what changed, and nothing left behind."""
