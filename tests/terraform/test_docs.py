"""terraform/README.md lists every input and output as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.terraform import TerraformError
from scripts.terraform.docs import BEGIN, END, documented

VARIABLES = """
variable "region" {
  description = "Where | things are."
  type        = string
  default     = "us-central1"
}

variable "project" {
  description = "Whose they are."
  type        = object({ id = string })
}
"""
OUTPUTS = """
output "bucket" {
  description = "Its name."
  value       = "b"
}
"""


def root(folder: Path, readme: str) -> Path:
    """A module with two inputs and an output; its README."""
    (folder / "variables.tf").write_text(VARIABLES)
    (folder / "outputs.tf").write_text(OUTPUTS)
    (folder / "README.md").write_text(readme)
    return folder / "README.md"


def test_the_repository_s_tables_are_up_to_date() -> None:
    before, after = documented()

    assert before == after, "run make tf-docs"


def test_inputs_say_type_default_and_meaning(tmp_path: Path) -> None:
    _, after = documented(root(tmp_path, BEGIN + END))

    assert '| `region` | `string` | `"us-central1"` | Where \\| things are. |' in after
    assert "| `project` | `object({id = string})` | required | Whose they are. |" in after


def test_outputs_say_their_meaning(tmp_path: Path) -> None:
    _, after = documented(root(tmp_path, BEGIN + END))

    assert "| `bucket` | Its name. |" in after


def test_what_surrounds_the_tables_stays(tmp_path: Path) -> None:
    _, after = documented(root(tmp_path, f"above\n{BEGIN}old\n{END}below\n"))

    assert after.startswith(f"above\n{BEGIN}")
    assert after.endswith(f"{END}below\n")
    assert "old" not in after


def test_a_readme_without_a_place_for_them_is_told(tmp_path: Path) -> None:
    with pytest.raises(TerraformError, match="to put the tables between"):
        documented(root(tmp_path, "nothing"))
