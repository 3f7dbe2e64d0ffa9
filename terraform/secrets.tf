# Secrets, made once at random and written where they are kept: neither plan nor state holds a value.

locals {
  # A higher number makes new values. Keys of hashes have a number of their own, as every hash changes with them.
  generation = 1

  # Secret => what it holds, as a Kubernetes secret of the same name has it (charts/README.md), and its generation.
  secrets = {
    airflow-metadata = {
      generation = local.generation
      value = {
        connection = "postgresql://airflow:${ephemeral.random_password.this["database"].result}@${google_sql_database_instance.airflow.private_ip_address}:5432/airflow?sslmode=require"
      }
    }
    # 32 letters and digits in base64 have neither + nor /, so they are url-safe, as Fernet wants its key.
    airflow-fernet-key     = { generation = local.generation, value = { fernet-key = base64encode(ephemeral.random_password.this["fernet"].result) } }
    airflow-api-secret-key = { generation = local.generation, value = { api-secret-key = ephemeral.random_password.this["api"].result } }
    airflow-jwt-secret     = { generation = local.generation, value = { jwt-secret = ephemeral.random_password.this["jwt"].result } }
    airflow-admin = {
      generation = local.generation
      value      = { username = "admin", password = ephemeral.random_password.this["admin"].result }
    }
    hash-keys = {
      generation = var.hash_key_version
      value = {
        hash-key    = ephemeral.random_password.this["hash"].result
        contact-key = ephemeral.random_password.this["contact"].result
      }
    }
    # Never another: who was erased is known by its hashes alone, which nobody could make anew.
    erasure-key = { generation = 1, value = { erasure-key = ephemeral.random_password.this["erasure"].result } }
  }
}

# Letters and digits alone need no escaping in an address.
ephemeral "random_password" "this" {
  for_each = { database = 32, fernet = 32, api = 64, jwt = 64, admin = 24, hash = 64, contact = 64, erasure = 64 }

  length  = each.value
  special = false
}

resource "google_secret_manager_secret" "this" {
  for_each = toset(["airflow-metadata", "airflow-fernet-key", "airflow-api-secret-key", "airflow-jwt-secret", "airflow-admin", "hash-keys", "erasure-key"])

  secret_id           = each.key
  deletion_protection = local.production

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_secret_manager_secret_version" "this" {
  for_each = google_secret_manager_secret.this

  secret                 = each.value.id
  secret_data_wo         = jsonencode(local.secrets[each.key].value)
  secret_data_wo_version = local.secrets[each.key].generation
  deletion_policy        = "DISABLE" # an old key may be needed once more

  lifecycle {
    create_before_destroy = true
  }
}
