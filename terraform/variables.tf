# What an environment chooses; environments/ENV.tfvars holds the answers.

variable "environment" {
  description = "Which environment this is: staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production; a person's own project is a staging with another project_id."
  }
}

variable "project_id" {
  description = "Google Cloud project that holds the environment; it exists already and has billing."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's ID: 6 to 30 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "project_number" {
  description = "The project's number: gcloud projects describe PROJECT --format 'value(projectNumber)'."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{6,}$", var.project_number))
    error_message = "project_number must be the project's number, digits alone; gcloud projects describe PROJECT shows it."
  }
}

variable "artifacts_project" {
  description = "Project whose registry holds the images; every environment reads the same ones."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.artifacts_project))
    error_message = "artifacts_project must be a project's ID: 6 to 30 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "owns_registry" {
  description = "Whether this environment makes the registry; true in the one that is applied first, and in no other."
  type        = bool
  default     = false
}

variable "region" {
  description = "Region of cluster, database and buckets."
  type        = string
  default     = "us-central1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region such as us-central1, not a zone such as us-central1-a."
  }
}

variable "bigquery_location" {
  description = "Location of the datasets: US, EU or a region. It cannot change later."
  type        = string
  default     = "US"

  validation {
    condition     = can(regex("^(US|EU|[a-z]+-[a-z]+[0-9]+)$", var.bigquery_location))
    error_message = "bigquery_location must be US, EU or a region such as southamerica-east1."
  }
}

variable "ranges" {
  description = "Address ranges, none of which may overlap: nodes, pods, services, control_plane (a /28) and private_services, where Cloud SQL is."
  type = object({
    nodes            = string
    pods             = string
    services         = string
    control_plane    = string
    private_services = string
  })

  validation {
    condition     = alltrue([for range in values(var.ranges) : try(cidrsubnet(range, 0, 0) == range, false)])
    error_message = "ranges must be IPv4 ranges such as 10.10.0.0/20, each from its first address."
  }
  validation {
    condition     = endswith(var.ranges.control_plane, "/28")
    error_message = "ranges.control_plane must be a /28: GKE takes no other size."
  }
}

variable "authorised_networks" {
  description = "Who may reach the control plane: ranges by name, such as an office or a VPN."
  type        = map(string)

  validation {
    condition     = alltrue([for range in values(var.authorised_networks) : try(cidrsubnet(range, 0, 0) == range, false)])
    error_message = "authorised_networks must map names to IPv4 ranges such as 203.0.113.0/24, each from its first address."
  }
  validation {
    condition     = !contains(values(var.authorised_networks), "0.0.0.0/0")
    error_message = "authorised_networks must not hold 0.0.0.0/0: the control plane is not for everybody."
  }
}

variable "gke_mode" {
  description = "autopilot, where Google sizes the nodes, or standard, with a node pool of ours."
  type        = string
  default     = "autopilot"

  validation {
    condition     = contains(["autopilot", "standard"], var.gke_mode)
    error_message = "gke_mode must be autopilot or standard."
  }
}

variable "node_pool" {
  description = "Machine type and number of nodes in each zone, for gke_mode standard."
  type        = object({ machine_type = string, least = number, most = number })
  default     = { machine_type = "e2-standard-4", least = 0, most = 3 }

  validation {
    condition     = var.node_pool.least >= 0 && var.node_pool.least <= var.node_pool.most && var.node_pool.most >= 1
    error_message = "node_pool must have 0 <= least <= most, and most >= 1."
  }
}

variable "customer_managed_keys" {
  description = "Whether buckets, datasets and database are encrypted with a key of ours instead of Google's."
  type        = bool
  default     = false
}

variable "database" {
  description = "Cloud SQL: machine tier, disk in GB, and whether a second zone stands by."
  type        = object({ tier = string, disk_gb = number, standby = bool })
  default     = { tier = "db-g1-small", disk_gb = 10, standby = false }

  validation {
    condition     = var.database.disk_gb >= 10
    error_message = "database.disk_gb must be at least 10."
  }
}

variable "groups" {
  description = "Google groups of the people who read: analysts the open marts, marketing the restricted one too."
  type        = object({ analysts = string, marketing = string })

  validation {
    condition     = alltrue([for group in values(var.groups) : can(regex("^[^@:]+@[^@:]+\\.[a-z]+$", group))])
    error_message = "groups must be addresses of groups such as analysts@example.com, without group: before them."
  }
}

variable "github_repository" {
  description = "OWNER/NAME of the repository whose workflows may sign in; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.github_repository == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be OWNER/NAME, without wildcards, or null."
  }
}

variable "runs_ci" {
  description = "Whether pull requests build their datasets in this project; never in production."
  type        = bool
  default     = false

  validation {
    condition     = !(var.runs_ci && var.environment == "production")
    error_message = "runs_ci must be false in production: CI never writes there."
  }
  validation {
    condition     = !var.runs_ci || var.github_repository != null
    error_message = "runs_ci needs github_repository: without it nobody could sign in."
  }
}

variable "hash_key_version" {
  description = "Version of the hash keys; a higher one makes new keys, see the README."
  type        = number
  default     = 1

  validation {
    condition     = var.hash_key_version >= 1 && floor(var.hash_key_version) == var.hash_key_version
    error_message = "hash_key_version must be a whole number from 1 up."
  }
}

variable "alert_emails" {
  description = "Who hears of alerts."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alert_emails must be e-mail addresses."
  }
}

variable "budget" {
  description = "Billing account and monthly budget in its currency, told of at 50, 90 and 100 %; null for none."
  type        = object({ billing_account = string, amount = number })
  default     = null

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account must look like 000000-AAAAAA-000000."
  }
  validation {
    condition     = var.budget == null || try(var.budget.amount >= 1 && floor(var.budget.amount) == var.budget.amount, false)
    error_message = "budget.amount must be a whole number from 1 up."
  }
}

variable "other_images" {
  description = "Images of others that the cluster may run, as patterns of Binary Authorization."
  type        = list(string)
  default     = ["ghcr.io/fluxcd/*", "ghcr.io/external-secrets/*", "quay.io/prometheus/*"]

  validation {
    condition     = !contains(var.other_images, "*")
    error_message = "other_images must name registries: a lone * lets every image in."
  }
}
