environment       = "production"
project_id        = "customer-360-production"
project_number    = "100000000002"
artifacts_project = "customer-360-artifacts"

ranges = {
  nodes            = "10.71.0.0/20"
  pods             = "10.74.0.0/16"
  services         = "10.72.0.0/20"
  control_plane    = "172.16.0.16/28"
  private_services = "10.70.0.0/24"
}
authorised_networks = { office = "203.0.113.0/24" }

customer_managed_keys = true
database              = { tier = "db-custom-2-7680", disk_gb = 50, standby = true }

groups = {
  analysts  = "analysts@example.com"
  marketing = "marketing@example.com"
}
github_repository = "example/customer-360"

alert_emails = ["data-platform@example.com"]
budget       = { billing_account = "000000-AAAAAA-000000", amount = 1000 }
