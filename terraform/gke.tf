# A private, regional cluster: Autopilot, or Standard with a node pool of ours.

locals {
  namespace = "customer-360"
  standard  = var.gke_mode == "standard"
}

resource "google_container_cluster" "this" {
  name                = local.name
  location            = var.region
  network             = google_compute_network.this.id
  subnetwork          = google_compute_subnetwork.nodes.id
  deletion_protection = local.production
  resource_labels     = local.labels

  # What only one of the two modes takes is null in the other.
  enable_autopilot            = local.standard ? null : true
  remove_default_node_pool    = local.standard ? true : null
  initial_node_count          = local.standard ? 1 : null
  enable_shielded_nodes       = local.standard ? true : null
  enable_intranode_visibility = local.standard ? true : null
  datapath_provider           = "ADVANCED_DATAPATH" # Dataplane V2, which enforces network policies

  release_channel {
    channel = local.production ? "STABLE" : "REGULAR" # staging meets a version first
  }
  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }
  private_cluster_config {
    enable_private_nodes   = true
    master_ipv4_cidr_block = var.ranges.control_plane
  }
  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = false

    dynamic "cidr_blocks" {
      for_each = var.authorised_networks

      content {
        display_name = cidr_blocks.key
        cidr_block   = cidr_blocks.value
      }
    }
  }
  workload_identity_config {
    workload_pool = "${var.project_id}.svc.id.goog"
  }
  master_auth {
    client_certificate_config {
      issue_client_certificate = false
    }
  }
  database_encryption {
    state    = "ENCRYPTED"
    key_name = google_kms_crypto_key.this["cluster"].id
  }
  binary_authorization {
    evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE"
  }
  security_posture_config {
    mode = "BASIC"
  }
  # The alerts of charts/platform ask Managed Prometheus, also for the phases of pods.
  monitoring_config {
    enable_components = ["SYSTEM_COMPONENTS", "POD"]

    managed_prometheus {
      enabled = true
    }
  }
  addons_config {
    gke_backup_agent_config {
      enabled = true
    }
  }

  # The nodes that Autopilot makes have this account too; Standard keeps no defaults for nodes that it does not make.
  dynamic "cluster_autoscaling" {
    for_each = local.standard ? [] : [google_service_account.this["nodes"].email]

    content {
      auto_provisioning_defaults {
        service_account = cluster_autoscaling.value
        oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
      }
    }
  }

  # Working hours in the Americas, so that someone is there; the daily run starts at midnight UTC and is long over.
  maintenance_policy {
    recurring_window {
      start_time = "2026-01-06T14:00:00Z"
      end_time   = "2026-01-06T20:00:00Z"
      recurrence = "FREQ=WEEKLY;BYDAY=TU,WE,TH"
    }
  }

  # The pool that comes with a Standard cluster and goes at once; its nodes too have an account of ours.
  dynamic "node_config" {
    for_each = local.standard ? [google_service_account.this["nodes"].email] : []

    content {
      service_account = node_config.value
    }
  }

  lifecycle {
    ignore_changes = [node_config] # of the pool that is gone
  }
  depends_on = [google_kms_crypto_key_iam_member.agents, google_project_iam_member.this]
}

resource "google_container_node_pool" "this" {
  count = local.standard ? 1 : 0

  name     = "tasks"
  cluster  = google_container_cluster.this.id
  location = var.region

  autoscaling {
    min_node_count = var.node_pool.least
    max_node_count = var.node_pool.most
  }
  management {
    auto_repair  = true
    auto_upgrade = true
  }
  node_config {
    machine_type    = var.node_pool.machine_type
    image_type      = "COS_CONTAINERD"
    service_account = google_service_account.this["nodes"].email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"] # the account's roles decide
    metadata        = { disable-legacy-endpoints = "true" }
    resource_labels = local.labels

    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
    workload_metadata_config {
      mode = "GKE_METADATA" # pods see their own identity, never the node's
    }
  }
}

# Images come from our registry, or from the few makers that are named here.
resource "google_binary_authorization_policy" "this" {
  global_policy_evaluation_mode = "ENABLE" # Google's own images

  default_admission_rule {
    evaluation_mode  = "ALWAYS_DENY"
    enforcement_mode = "ENFORCED_BLOCK_AND_AUDIT_LOG"
  }
  dynamic "admission_whitelist_patterns" {
    for_each = concat(["${local.registry.location}-docker.pkg.dev/${var.artifacts_project}/${local.registry.name}/*"], var.other_images)

    content {
      name_pattern = admission_whitelist_patterns.value
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_gke_backup_backup_plan" "this" {
  name     = local.name
  location = var.region
  cluster  = google_container_cluster.this.id

  retention_policy {
    backup_delete_lock_days = 0
    backup_retain_days      = 30
  }
  backup_schedule {
    cron_schedule = "0 6 * * *"
  }
  backup_config {
    include_secrets     = false # they are in Secret Manager
    include_volume_data = true

    selected_namespaces {
      namespaces = [local.namespace]
    }
  }
}
