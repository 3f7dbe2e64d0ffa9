# Airflow's metadata database, with a private address alone.

resource "google_sql_database_instance" "airflow" {
  name                = local.name
  database_version    = "POSTGRES_17"
  region              = var.region
  deletion_protection = local.production
  encryption_key_name = one(local.data_keys)

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.database.tier
    disk_type                   = "PD_SSD"
    disk_size                   = var.database.disk_gb
    disk_autoresize             = true
    availability_type           = var.database.standby ? "REGIONAL" : "ZONAL"
    deletion_protection_enabled = local.production
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.this.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }
    backup_configuration {
      enabled                        = true
      start_time                     = "05:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 30
      }
    }
    maintenance_window {
      day          = 2 # Tuesday, as the cluster's
      hour         = 14
      update_track = local.production ? "week5" : "canary"
    }
    insights_config {
      query_insights_enabled  = true
      record_application_tags = false
      record_client_address   = false
    }
    dynamic "database_flags" {
      for_each = {
        "log_checkpoints"         = "on"
        "log_connections"         = "on"
        "log_disconnections"      = "on"
        "log_hostname"            = "on"
        "log_lock_waits"          = "on"
        "log_statement"           = "ddl"
        "log_temp_files"          = "0"
        "log_min_error_statement" = "error"
        "cloudsql.enable_pgaudit" = "on"
        "pgaudit.log"             = "ddl,role"
      }

      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  depends_on = [google_service_networking_connection.this, google_kms_crypto_key_iam_member.agents]
}

resource "google_sql_database" "airflow" {
  name     = "airflow"
  instance = google_sql_database_instance.airflow.name
}

# The password goes from here to Cloud SQL and Secret Manager; neither plan nor state holds it.
resource "google_sql_user" "airflow" {
  name                = "airflow"
  instance            = google_sql_database_instance.airflow.name
  password_wo         = ephemeral.random_password.this["database"].result
  password_wo_version = local.generation
}
