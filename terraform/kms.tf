# Keys of ours: for the secrets in the cluster's own database always, for data where customer_managed_keys says so.

locals {
  # BigQuery takes only a key from its own location, and what it calls EU is europe here.
  warehouse_location = var.bigquery_location == "EU" ? "europe" : lower(var.bigquery_location)
  # Each key and where it is.
  keys = merge({ cluster = var.region }, var.customer_managed_keys ? { data = var.region, warehouse = local.warehouse_location } : {})
  # What encrypts data: the names of one key, or of none where Google's does.
  data_keys      = [for name, key in google_kms_crypto_key.this : key.id if name == "data"]
  warehouse_keys = [for name, key in google_kms_crypto_key.this : key.id if name == "warehouse"]

  agents = {
    for agent, key in local.access.agents : "${agent} ${key}" => {
      key    = key
      member = "serviceAccount:${agent == "bigquery-encryption" ? "bq" : "service"}-${var.project_number}@${agent}.iam.gserviceaccount.com"
    } if contains(keys(local.keys), key)
  }
}

resource "google_kms_key_ring" "this" {
  for_each = toset(values(local.keys))

  name     = local.name
  location = each.key

  depends_on = [google_project_service.this]
}

resource "google_kms_crypto_key" "this" {
  for_each = local.keys

  name            = each.key
  key_ring        = google_kms_key_ring.this[each.value].id
  rotation_period = "7776000s" # 90 days

  lifecycle {
    prevent_destroy = true # what it encrypted is lost with it
  }
}

resource "google_kms_crypto_key_iam_member" "agents" {
  for_each = local.agents

  crypto_key_id = google_kms_crypto_key.this[each.value.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value.member

  # The cluster's agent comes with its service, those two when they are asked for, Cloud SQL's by hand: see README.md.
  depends_on = [
    google_project_service.this,
    data.google_bigquery_default_service_account.this,
    data.google_storage_project_service_account.this,
  ]
}

data "google_bigquery_default_service_account" "this" {
  count = var.customer_managed_keys ? 1 : 0

  depends_on = [google_project_service.this]
}

data "google_storage_project_service_account" "this" {
  count = var.customer_managed_keys ? 1 : 0

  depends_on = [google_project_service.this]
}
