"""The images: a folder of `images/` each, how large one may be, and how a built one is named."""

from __future__ import annotations

from dataclasses import dataclass

REPOSITORY = "localhost:5001/customer-360"


@dataclass(frozen=True)
class Image:
    """An image of the project. Its size is measured in MB of 1,000,000 bytes, uncompressed."""

    name: str
    target_mb: int
    # Whether Google Cloud runs it.
    is_released: bool = True

    @property
    def dockerfile(self) -> str:
        return f"images/{self.name}/Dockerfile"


IMAGES = (Image("airflow", 1200), Image("dbt", 450), Image("sandbox", 1100, is_released=False))


def reference(repository: str, name: str, tag: str) -> str:
    """`<repository>/<name>:<tag>`."""
    return f"{repository.rstrip('/')}/{name}:{tag}"
