"""Changes of the dbt project that break whoever reads its tables, told before they are promoted."""

from scripts.contracts.projects import ProjectError, parsed, project_at

__all__ = ["ProjectError", "parsed", "project_at"]
