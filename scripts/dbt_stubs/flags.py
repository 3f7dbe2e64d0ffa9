"""What sqlfluff renders in place of dbt's flags: no command runs."""

WHICH = "lint"
