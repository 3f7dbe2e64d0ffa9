# The APIs of Google Cloud that the platform uses.

locals {
  services = [
    "artifactregistry", "bigquery", "bigquerydatapolicy", "billingbudgets", "binaryauthorization", "cloudkms",
    "cloudresourcemanager", "compute", "container", "containerscanning", "datacatalog", "dns", "gkebackup", "iam",
    "iamcredentials", "logging", "monitoring", "secretmanager", "servicenetworking", "sqladmin", "storage", "sts",
  ]
}

resource "google_project_service" "this" {
  for_each = toset(local.services)

  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false # others in the project may use it
}
