# A small platform that is right; the tests plant one mistake at a time.
terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.7"
    }
  }
}

variable "project" {
  type    = string
  default = "shop-test"
}

provider "google" {
  project = var.project
  region  = "southamerica-east1"
}

data "google_project" "this" {}

resource "google_service_account" "loader" {
  account_id   = "loader"
  display_name = "Loads deliveries"
}

resource "google_storage_bucket" "raw" {
  name                        = "${var.project}-raw"
  location                    = "southamerica-east1"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 90
    }
  }
}

resource "google_storage_bucket_iam_member" "loader" {
  bucket = google_storage_bucket.raw.name
  role   = "roles/storage.objectCreator"
  member = google_service_account.loader.member
}

resource "google_bigquery_dataset" "marts" {
  dataset_id = "marts"
  location   = google_storage_bucket.raw.location
}

resource "google_secret_manager_secret" "salt" {
  secret_id = "salt"

  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_version" "salt" {
  secret      = google_secret_manager_secret.salt.id
  secret_data = "not a secret"
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "images"
  location      = "southamerica-east1"
  format        = "DOCKER"
}

resource "google_container_cluster" "this" {
  name                     = "platform"
  location                 = "southamerica-east1"
  initial_node_count       = 1
  remove_default_node_pool = true

  workload_identity_config {
    workload_pool = "${data.google_project.this.project_id}.svc.id.goog"
  }
}

resource "google_container_node_pool" "workers" {
  name    = "workers"
  cluster = google_container_cluster.this.id

  autoscaling {
    max_node_count = 3
  }
}

output "project_number" {
  value = data.google_project.this.number
}
