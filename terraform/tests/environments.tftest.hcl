# What the environments choose, against a provider that answers without a cloud: make tf-test.

mock_provider "google" {}

variables {
  environment         = "staging"
  project_id          = "acme-data-staging"
  project_number      = "123456789012"
  artifacts_project   = "acme-artifacts"
  authorised_networks = { office = "203.0.113.0/24" }
  groups              = { analysts = "analysts@example.com", marketing = "marketing@example.com" }

  ranges = {
    nodes            = "10.1.0.0/20"
    pods             = "10.4.0.0/16"
    services         = "10.2.0.0/20"
    control_plane    = "172.16.0.0/28"
    private_services = "10.3.0.0/24"
  }
}

run "autopilot_sizes_the_nodes_itself" {
  command = plan

  assert {
    condition     = google_container_cluster.this.enable_autopilot && length(google_container_node_pool.this) == 0
    error_message = "Autopilot takes no node pool of ours."
  }
}

run "standard_nodes_hide_their_own_identity" {
  command = plan

  variables {
    gke_mode = "standard"
  }
  assert {
    condition     = google_container_node_pool.this[0].node_config[0].workload_metadata_config[0].mode == "GKE_METADATA"
    error_message = "A pod must see its own identity, never the node's."
  }
  assert {
    condition     = google_container_cluster.this.enable_autopilot == null && google_container_cluster.this.enable_shielded_nodes
    error_message = "Standard is not Autopilot, and its nodes are shielded."
  }
}

run "staging_can_be_thrown_away" {
  command = plan

  assert {
    condition     = !google_container_cluster.this.deletion_protection && alltrue([for bucket in google_storage_bucket.this : bucket.force_destroy])
    error_message = "Staging must go in one command."
  }
}

run "production_cannot" {
  command = plan

  variables {
    environment = "production"
  }
  assert {
    condition = alltrue([
      google_container_cluster.this.deletion_protection,
      google_sql_database_instance.airflow.deletion_protection,
      alltrue([for bucket in google_storage_bucket.this : !bucket.force_destroy]),
      alltrue([for dataset in google_bigquery_dataset.this : !dataset.delete_contents_on_destroy]),
      alltrue([for secret in google_secret_manager_secret.this : secret.deletion_protection]),
    ])
    error_message = "Production protects cluster, database, buckets, datasets and secrets."
  }
}

run "ci_is_not_there_unless_it_is_asked_for" {
  command = plan

  assert {
    condition = alltrue([
      length(google_iam_workload_identity_pool.github) == 0,
      length(google_bigquery_dataset.ci) == 0,
      !contains(keys(google_service_account.this), "ci"),
      length([for member in google_project_iam_member.this : member if strcontains(member.role, "datasetMaker")]) == 0,
    ])
    error_message = "Without runs_ci nothing of CI may exist."
  }
}

run "without_a_repository_no_workflow_signs_in" {
  command = plan

  assert {
    condition     = length(google_service_account_iam_member.github) == 0 && !contains(keys(google_service_account.this), "plan")
    error_message = "Without github_repository no workflow may be anybody."
  }
}

run "production_lets_in_its_own_environment_and_who_plans" {
  command = plan

  variables {
    environment       = "production"
    github_repository = "acme/customer-360"
  }
  assert {
    condition = google_iam_workload_identity_pool_provider.github[0].attribute_condition == join(" || ", [
      for subject in ["environment:production", "pull_request", "ref:refs/heads/main"] : "assertion.sub == 'repo:acme/customer-360:${subject}'"
    ])
    error_message = "Production lets in exact subjects alone."
  }
}

run "ci_in_production_is_refused" {
  command = plan

  variables {
    environment       = "production"
    github_repository = "acme/customer-360"
    runs_ci           = true
  }
  expect_failures = [var.runs_ci]
}

run "keys_of_ours_encrypt_all_data" {
  command = plan

  variables {
    customer_managed_keys = true
  }
  assert {
    condition = alltrue(concat(
      [for bucket in google_storage_bucket.this : length(bucket.encryption) == 1],
      [for dataset in google_bigquery_dataset.this : length(dataset.default_encryption_configuration) == 1],
    ))
    error_message = "Every bucket and dataset must have a key of ours."
  }
  assert {
    condition     = google_kms_key_ring.this["us"].location == "us"
    error_message = "BigQuery takes only a key from its own location."
  }
}

run "the_registry_is_made_once" {
  command = plan

  assert {
    condition = length(google_artifact_registry_repository.this) == 0 && alltrue([
      for member in google_artifact_registry_repository_iam_member.this : member.role == "roles/artifactregistry.reader"
    ])
    error_message = "An environment that does not own the registry only reads it."
  }
}
