# What the charts need: `make tf-values ENV=staging` writes it beside their values.

locals {
  identity = { for name in keys(local.accounts) : name => { "iam.gke.io/gcp-service-account" = google_service_account.this[name].email } }
  bucket   = { for name in keys(local.buckets) : name => google_storage_bucket.this[name].name }
}

output "chart_values" {
  description = "Values of the charts that the cloud side decides, by chart."

  value = {
    airflow = {
      customer360 = {
        logs = "gs://${local.bucket.logs}/logs"
        environment = {
          C360_PROJECT          = var.project_id
          C360_RAW_BUCKET       = local.bucket.raw
          C360_SOURCE_URI       = "gs://${local.bucket.landing}"
          C360_LOCATION         = var.bigquery_location
          C360_HASH_KEY_VERSION = tostring(var.hash_key_version)
        }
      }
      apiServer = { serviceAccount = { annotations = local.identity.airflow } }
      scheduler = { serviceAccount = { annotations = local.identity.airflow } }
      triggerer = { serviceAccount = { annotations = local.identity.airflow } }
    }
    platform = {
      serviceAccounts = { for name in ["uploader", "eraser", "loader", "dbt"] : name => local.identity[name] }
      externalSecrets = { project = var.project_id, annotations = local.identity.secrets }
      network = {
        destinations = {
          database   = [{ addresses = [var.ranges.private_services], ports = [5432] }]
          kubernetes = [{ addresses = [var.ranges.control_plane], ports = [443] }]
        }
      }
    }
  }
}

output "cluster" {
  description = "How to reach the cluster: gcloud container clusters get-credentials NAME --location LOCATION."
  value       = { name = google_container_cluster.this.name, location = google_container_cluster.this.location }
}

output "registry" {
  description = "Where images are pushed to and pulled from."
  value       = "${local.registry.location}-docker.pkg.dev/${var.artifacts_project}/${local.registry.name}"
}

output "github" {
  description = "What workflows sign in with: the provider, and accounts by name; null without github_repository."
  value = one([
    for provider in google_iam_workload_identity_pool_provider.github : {
      workload_identity_provider = provider.name
      service_accounts           = { for name, account in local.accounts : name => google_service_account.this[name].email if contains(keys(account), "workflows") }
    }
  ])
}

output "dbt_policy_tags" {
  description = "Policy tags by what a column says of a person, for columns of dbt models."
  value       = { for name, tag in google_data_catalog_policy_tag.this : name => tag.name }
}
