# Accounts, what they may do, and who may act as them. access.yaml is the table; nothing is granted anywhere else.

locals {
  access = yamldecode(file("${path.module}/access.yaml"))
  # Accounts that this environment does without.
  without = [
    for name, account in local.access.accounts : name
    if startswith(name, "ci") && !var.runs_ci || contains(keys(account), "workflows") && var.github_repository == null
  ]
  accounts    = { for name, account in local.access.accounts : name => account if !contains(local.without, name) }
  matrix      = { for name, may in local.access.matrix : name => may if !contains(local.without, name) }
  account_ids = { for name, account in google_service_account.this : name => "projects/${var.project_id}/serviceAccounts/${account.email}" }
  members = merge(
    { for name in keys(local.accounts) : name => google_service_account.this[name].member },
    { for name, address in var.groups : "group:${name}" => "group:${address}" },
    { terraform = "serviceAccount:terraform@${var.project_id}.iam.gserviceaccount.com" },
  )

  # {who, what, role} of everything that has a name.
  grants = {
    for kind in ["buckets", "datasets", "secrets", "tags", "registry"] : kind => {
      for grant in flatten([
        for who, may in local.matrix : [
          for what, verbs in lookup(may, kind, {}) : [
            for verb in flatten([verbs]) : { who = who, what = what, verb = verb, role = local.access.roles[kind][verb] }
          ]
        ]
      ]) : "${grant.who} ${grant.verb} ${grant.what}" => merge(grant, { role = lookup(local.custom_roles, grant.role, grant.role) })
    }
  }
  project_grants = {
    for grant in flatten([
      for who, may in local.matrix : [
        for verb in lookup(may, "project", []) : { who = who, verb = verb, role = local.access.roles.project[verb] }
      ]
    ]) : "${grant.who} ${grant.verb}" => grant
  }
  custom_roles = { for id, role in google_project_iam_custom_role.this : id => "projects/${var.project_id}/roles/${role.role_id}" }
  acting = merge([
    for name, account in local.accounts : { for pod in lookup(account, "pods", []) : pod => name }
  ]...)
}

resource "google_service_account" "this" {
  for_each = local.accounts

  account_id   = "c360-${each.key}" # an ID has six characters at least
  display_name = each.value.for

  depends_on = [google_project_service.this]
}

# --- What they may ----------------------------------------------------------------------------------------------------

resource "google_storage_bucket_iam_member" "this" {
  for_each = local.grants.buckets

  # The state's was made before all this.
  bucket = each.value.what == "terraform" ? "${var.project_id}-terraform" : google_storage_bucket.this[each.value.what].name
  role   = each.value.role
  member = local.members[each.value.who]
}

# What they may in datasets stands with the datasets: only there nobody else gets in.

resource "google_secret_manager_secret_iam_member" "this" {
  for_each = local.grants.secrets

  secret_id = google_secret_manager_secret.this[each.value.what].secret_id
  role      = each.value.role
  member    = local.members[each.value.who]
}

resource "google_data_catalog_policy_tag_iam_member" "this" {
  for_each = { for key, grant in local.grants.tags : key => grant if grant.role == local.access.roles.tags.read }

  policy_tag = google_data_catalog_policy_tag.this[each.value.what].name
  role       = each.value.role
  member     = local.members[each.value.who]
}

# The masked value is read through the rule, not through the tag.
resource "google_bigquery_datapolicy_data_policy_iam_member" "this" {
  for_each = { for key, grant in local.grants.tags : key => grant if grant.role == local.access.roles.tags.masked }

  location       = google_bigquery_datapolicy_data_policy.this[each.value.what].location
  data_policy_id = google_bigquery_datapolicy_data_policy.this[each.value.what].data_policy_id
  role           = each.value.role
  member         = local.members[each.value.who]
}

resource "google_artifact_registry_repository_iam_member" "this" {
  for_each = local.grants.registry

  project    = var.artifacts_project
  location   = local.registry.location
  repository = local.registry.name
  role       = each.value.role
  member     = local.members[each.value.who]

  depends_on = [google_artifact_registry_repository.this]
}

resource "google_project_iam_member" "this" {
  for_each = local.project_grants

  project = var.project_id
  role    = lookup(local.custom_roles, each.value.role, each.value.role)
  member  = local.members[each.value.who]
}

resource "google_project_iam_custom_role" "this" {
  for_each = local.access.custom_roles

  role_id     = each.key
  title       = each.value.title
  permissions = each.value.permissions
}

# --- Who may act as them ----------------------------------------------------------------------------------------------

# Workload Identity: one account of one namespace each.
resource "google_service_account_iam_member" "pods" {
  for_each = local.acting

  service_account_id = local.account_ids[each.value]
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project_id}.svc.id.goog[${strcontains(each.key, "/") ? each.key : "${local.namespace}/${each.key}"}]"

  depends_on = [google_container_cluster.this] # the pool comes with the first cluster
}

# GitHub signs in with a token of its own; no key exists.
resource "google_iam_workload_identity_pool" "github" {
  count = var.github_repository == null ? 0 : 1

  workload_identity_pool_id = "github"
  display_name              = "GitHub"
  description               = "Workflows of ${var.github_repository}"

  depends_on = [google_project_service.this]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count = var.github_repository == null ? 0 : 1

  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  attribute_condition                = join(" || ", [for subject in distinct(values(local.sign_ins)[*].subject) : "assertion.sub == '${subject}'"])

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

locals {
  # Who signs in as whom: workflows of the repository itself; a fork gets no token.
  sign_ins = var.github_repository == null ? {} : {
    for pair in concat(
      flatten([for name, account in local.accounts : [for workflow in lookup(account, "workflows", []) : { name = name, workflow = workflow }]]),
      [{ name = "terraform", workflow = format(local.access.applies, var.environment) }],
    ) : "${pair.name} ${pair.workflow}" => { name = pair.name, subject = "repo:${var.github_repository}:${pair.workflow}" }
  }
}

resource "google_service_account_iam_member" "github" {
  for_each = local.sign_ins

  service_account_id = lookup(local.account_ids, each.value.name, "projects/${var.project_id}/serviceAccounts/terraform@${var.project_id}.iam.gserviceaccount.com")
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/projects/${var.project_number}/locations/global/workloadIdentityPools/${google_iam_workload_identity_pool.github[0].workload_identity_pool_id}/subject/${each.value.subject}"
}
