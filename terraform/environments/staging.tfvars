environment       = "staging"
project_id        = "customer-360-staging"
project_number    = "100000000001"
artifacts_project = "customer-360-artifacts"
owns_registry     = true # it is applied first

ranges = {
  nodes            = "10.61.0.0/20"
  pods             = "10.64.0.0/16"
  services         = "10.62.0.0/20"
  control_plane    = "172.16.0.0/28"
  private_services = "10.60.0.0/24"
}
authorised_networks = { office = "203.0.113.0/24" }

groups = {
  analysts  = "analysts@example.com"
  marketing = "marketing@example.com"
}
github_repository = "example/customer-360"
runs_ci           = true

alert_emails = ["data-platform@example.com"]
