# Datasets, a layer each, what their columns are called when they hold personal data, and what queries cost.

locals {
  # personal: whether the layer holds data of persons.
  datasets = {
    raw          = { personal = true, description = "As delivered, every column a string" }
    keys         = { personal = true, description = "Hash keys of the open and the restricted side" }
    erasures     = { personal = true, description = "Who was erased, as keyed hashes, and what was done" }
    staging      = { personal = true, description = "Typed and trimmed, a view a source" }
    intermediate = { personal = true, description = "Persons, hashed and masked" }
    quarantine   = { personal = true, description = "Rows that broke a rule, with the reason" }
    marts        = { personal = false, description = "For analysts: nothing leads to a person" }
    restricted   = { personal = true, description = "For marketing: contact data and segments" }
    costs        = { personal = false, description = "What queries read and cost, by dbt model" }
  }
}

resource "google_bigquery_dataset" "this" {
  for_each = local.datasets

  dataset_id                 = "olist_${each.key}"
  description                = each.value.description
  location                   = var.bigquery_location
  delete_contents_on_destroy = !local.production
  max_time_travel_hours      = 168
  storage_billing_model      = "LOGICAL"
  labels                     = { layer = each.key, personal = each.value.personal }

  # Named here, access is these entries alone: the default would let every reader of the project in.
  dynamic "access" {
    for_each = { for key, grant in local.grants.datasets : key => grant if grant.what == each.key }

    content {
      role           = access.value.role
      user_by_email  = startswith(access.value.who, "group:") ? null : trimprefix(local.members[access.value.who], "serviceAccount:")
      group_by_email = startswith(access.value.who, "group:") ? trimprefix(local.members[access.value.who], "group:") : null
    }
  }

  dynamic "default_encryption_configuration" {
    for_each = local.warehouse_keys

    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agents]
}

# What pull requests are compared with: the state of main, built by `make dbt-ci PR=main` from synthetic data. Theirs,
# olist_ci_ID_*, they make themselves, with an expiry of a day, and drop at the end.
resource "google_bigquery_dataset" "ci" {
  for_each = var.runs_ci ? { for layer, dataset in local.datasets : layer => dataset if layer != "costs" } : {}

  dataset_id                  = "olist_ci_main_${each.key}"
  description                 = "CI, synthetic data: ${each.value.description}"
  location                    = var.bigquery_location
  delete_contents_on_destroy  = true
  default_table_expiration_ms = 2592000000 # 30 days
  labels                      = { layer = each.key, personal = false }

  dynamic "access" {
    for_each = { for key, grant in local.grants.datasets : key => grant if grant.what == "ci_main" }

    content {
      role          = access.value.role
      user_by_email = trimprefix(local.members[access.value.who], "serviceAccount:")
    }
  }

  depends_on = [google_project_service.this]
}

# --- Columns that hold personal data ----------------------------------------------------------------------------------

locals {
  tags = {
    contact    = "Names, e-mail addresses, phones and street addresses"
    identifier = "Numbers that stand for a person or an order"
    free_text  = "What people wrote"
  }
}

resource "google_data_catalog_taxonomy" "personal" {
  display_name           = local.name
  description            = "What a column says of a person"
  region                 = lower(var.bigquery_location)
  activated_policy_types = ["FINE_GRAINED_ACCESS_CONTROL"]

  depends_on = [google_project_service.this]
}

resource "google_data_catalog_policy_tag" "this" {
  for_each = local.tags

  taxonomy     = google_data_catalog_taxonomy.personal.id
  display_name = each.key
  description  = each.value
}

# What somebody without the right to a column sees of it, if anything at all: access.yaml says who.
resource "google_bigquery_datapolicy_data_policy" "this" {
  for_each = { contact = "ALWAYS_NULL", identifier = "SHA256", free_text = "ALWAYS_NULL" }

  data_policy_id   = "${replace(local.name, "-", "_")}_${each.key}"
  location         = lower(var.bigquery_location)
  policy_tag       = google_data_catalog_policy_tag.this[each.key].name
  data_policy_type = "DATA_MASKING_POLICY"

  data_masking_policy {
    predefined_expression = each.value
  }
}

# --- What queries cost ------------------------------------------------------------------------------------------------

# BigQuery logs every job with its labels, which name run, commit and dbt model. They are kept here for queries.
resource "google_logging_project_bucket_config" "jobs" {
  project          = var.project_id
  location         = lower(var.bigquery_location) # its view reads both
  bucket_id        = "bigquery-jobs"
  description      = "BigQuery's finished jobs"
  retention_days   = 400
  enable_analytics = true

  depends_on = [google_project_service.this]
}

resource "google_logging_project_sink" "jobs" {
  name                   = "bigquery-jobs"
  description            = "Finished jobs of BigQuery, to be counted by dbt model"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.jobs.id}"
  unique_writer_identity = true
  filter                 = <<-EOT
    resource.type = "bigquery_project"
    protoPayload.metadata.jobChange.after = "DONE"
  EOT
}

resource "google_logging_linked_dataset" "jobs" {
  link_id     = "olist_job_log"
  bucket      = google_logging_project_bucket_config.jobs.id
  description = "The log of finished jobs, as a dataset that nobody can write"
}

resource "google_bigquery_table" "cost_by_model" {
  dataset_id          = google_bigquery_dataset.this["costs"].dataset_id
  table_id            = "cost_by_model"
  description         = "Bytes billed, slot time and list price of each dbt model and day"
  deletion_protection = false # a view

  view {
    use_legacy_sql = false
    query          = templatefile("${path.module}/views/cost_by_model.sql", { project = var.project_id, log = google_logging_linked_dataset.jobs.link_id })
  }
}
