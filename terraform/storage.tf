# Buckets: what is delivered, what was taken in, and what tasks logged.

locals {
  # restorable: days for which what was deleted can be brought back. Of raw data nothing can: a person who is erased must
  # be gone, and a slip leaves old generations.
  buckets = {
    landing = { nearline = null, coldline = null, delete = 90, restorable = 7 }
    raw     = { nearline = 30, coldline = 90, delete = null, restorable = 0 }
    logs    = { nearline = 30, coldline = null, delete = 180, restorable = 7 }
  }
}

resource "google_storage_bucket" "this" {
  for_each = local.buckets

  name                        = "${var.project_id}-${each.key}"
  location                    = var.region
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !local.production

  versioning {
    enabled = true
  }
  soft_delete_policy {
    retention_duration_seconds = 86400 * each.value.restorable
  }

  dynamic "lifecycle_rule" {
    for_each = { for class in ["nearline", "coldline"] : upper(class) => each.value[class] if each.value[class] != null }

    content {
      action {
        type          = "SetStorageClass"
        storage_class = lifecycle_rule.key
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }
  dynamic "lifecycle_rule" {
    for_each = each.value.delete == null ? [] : [each.value.delete]

    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 30
      with_state                 = "ARCHIVED"
    }
  }
  # What an interrupted upload leaves.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  dynamic "encryption" {
    for_each = local.data_keys

    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.agents]
}

# Who reads or writes an object, or reads a secret, is on record.
resource "google_project_iam_audit_config" "this" {
  for_each = toset(["storage.googleapis.com", "secretmanager.googleapis.com"])

  project = var.project_id
  service = each.key

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
