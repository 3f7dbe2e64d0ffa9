# Who hears of what: failed runs, stale marts, an error budget that burns, and the bill.

locals {
  dag = "olist_etl_pipeline"
  # The scheduler says how each run ended.
  run_ended = <<-EOT
    resource.type = "k8s_container"
    resource.labels.namespace_name = "${local.namespace}"
    labels."k8s-pod/component" = "scheduler"
    textPayload : "DagRun Finished: dag_id=${local.dag},"
  EOT
  run_metrics = {
    succeeded = "state=success,"
    failed    = "state=failed,"
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.this]
}

resource "google_logging_metric" "runs" {
  for_each = local.run_metrics

  name        = "customer_360/runs_${each.key}"
  description = "Runs of ${local.dag} that ${each.key}"
  filter      = "${trimspace(local.run_ended)}\ntextPayload : \"${each.value}\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"
  }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "run_failed" {
  display_name          = "${local.name}: a run of ${local.dag} failed"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels

  conditions {
    display_name = "a failed run within 10 minutes"

    condition_threshold {
      filter          = "metric.type = \"logging.googleapis.com/user/${google_logging_metric.runs["failed"].name}\" AND resource.type = \"k8s_container\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "600s"
        per_series_aligner = "ALIGN_DELTA"
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "Open the run in Airflow: the failed task's log ends with what to do."
  }
}

resource "google_monitoring_alert_policy" "marts_stale" {
  display_name          = "${local.name}: the marts are stale"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = "no run succeeded within 23 hours and a half"

    condition_absent {
      filter   = "metric.type = \"logging.googleapis.com/user/${google_logging_metric.runs["succeeded"].name}\" AND resource.type = \"k8s_container\""
      duration = "84600s" # the longest that Monitoring takes

      aggregations {
        alignment_period   = "600s"
        per_series_aligner = "ALIGN_DELTA"
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "A daily run ended late or not at all. See whether one is under way, else start one: its files are the newest delivery."
  }
}

# Of ten runs nine succeed, over four weeks.
resource "google_monitoring_custom_service" "pipeline" {
  service_id   = "${local.name}-pipeline"
  display_name = "${local.name}: ${local.dag}"

  depends_on = [google_project_service.this]
}

resource "google_monitoring_slo" "runs" {
  service             = google_monitoring_custom_service.pipeline.service_id
  slo_id              = "runs"
  display_name        = "90 % of runs succeed over 28 days"
  goal                = 0.9
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      good_service_filter = "metric.type = \"logging.googleapis.com/user/${google_logging_metric.runs["succeeded"].name}\" AND resource.type = \"k8s_container\""
      bad_service_filter  = "metric.type = \"logging.googleapis.com/user/${google_logging_metric.runs["failed"].name}\" AND resource.type = \"k8s_container\""
    }
  }
}

resource "google_monitoring_alert_policy" "error_budget" {
  display_name          = "${local.name}: the error budget burns"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = "twice as fast as it may, over a day"

    condition_threshold {
      filter          = "select_slo_burn_rate(\"${google_monitoring_slo.runs.name}\", \"86400s\")"
      comparison      = "COMPARISON_GT"
      threshold_value = 2
      duration        = "0s"
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "At this pace the month's budget of failed runs is gone in two weeks. Look for one cause among the last failures before anything new is released."
  }
}

resource "google_billing_budget" "month" {
  count = var.budget == null ? 0 : 1

  billing_account = var.budget.billing_account
  display_name    = local.name

  budget_filter {
    projects = ["projects/${var.project_number}"]
  }
  amount {
    specified_amount {
      units = tostring(var.budget.amount)
    }
  }
  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1]

    content {
      threshold_percent = threshold_rules.value
    }
  }
  # A rule without a channel is refused; the billing account's administrators hear of the budget either way.
  dynamic "all_updates_rule" {
    for_each = length(local.channels) == 0 ? [] : [slice(local.channels, 0, min(5, length(local.channels)))] # as many as it takes

    content {
      monitoring_notification_channels = all_updates_rule.value
      disable_default_iam_recipients   = false
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = templatefile("${path.module}/dashboards/pipeline.json", {
    title     = local.name
    namespace = local.namespace
    succeeded = google_logging_metric.runs["succeeded"].name
    failed    = google_logging_metric.runs["failed"].name
  })
}

locals {
  channels = [for channel in google_monitoring_notification_channel.email : channel.name]
}
