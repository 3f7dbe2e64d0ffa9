# Where the images are: one registry for all environments, so that production runs the very image that staging did.

locals {
  registry = { location = "us", name = "customer-360" }
}

resource "google_artifact_registry_repository" "this" {
  count = var.owns_registry ? 1 : 0

  project       = var.artifacts_project
  location      = local.registry.location
  repository_id = local.registry.name
  format        = "DOCKER"
  description   = "Images of the Customer 360 platform"

  docker_config {
    immutable_tags = true # a tag is a commit
  }
  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  # A tag that cannot change keeps its image; what no tag names goes.
  cleanup_policies {
    id     = "delete-untagged"
    action = "DELETE"

    condition {
      older_than = "7776000s" # 90 days
      tag_state  = "UNTAGGED"
    }
  }

  depends_on = [google_project_service.this]
}
