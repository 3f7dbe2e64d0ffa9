terraform {
  required_version = ">= 1.11" # write-only arguments keep the generated secrets out of the state

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7" # the first with passwords that no state keeps
    }
  }

  # Bucket and prefix are an environment's: terraform init -backend-config=environments/ENV.gcs.tfbackend
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region

  default_labels = local.labels
}

locals {
  name   = "customer-360-${var.environment}"
  labels = { application = "customer-360", environment = var.environment }

  production = var.environment == "production"
}
