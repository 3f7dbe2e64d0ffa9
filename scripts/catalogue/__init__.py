"""Derive the dbt sources and the row rules from the source catalogue."""
