"""Have Airflow's tables, pools and administrator; safe to run again.

One process for all commands: each start of the command line costs seven seconds on two cores. What is passed here is
no command line, so the password shows in no list of processes, and Airflow's audit log records only the script.
"""

import json
import os

from airflow.cli.cli_parser import get_parser

parser = get_parser()


def airflow(*arguments: str) -> None:
    """Run one of Airflow's commands. Raises SystemExit when it fails."""
    parsed = parser.parse_args(arguments)
    parsed.func(parsed)


username, password = os.environ["ADMIN_USERNAME"], os.environ["ADMIN_PASSWORD"]
person = ("--firstname", username, "--lastname", "administrator", "--email", f"{username}@localhost.invalid")

airflow("db", "check", "--retry", "60", "--retry-delay", "5")
airflow("db", "migrate")
for name, pool in json.loads(os.environ["POOLS"]).items():
    airflow("pools", "set", name, str(pool["slots"]), pool["description"])
airflow("users", "create", "--username", username, "--password", password, "--role", "Admin", *person)
# Creating leaves an existing user alone; the secret may hold a new password.
airflow("users", "reset-password", "--username", username, "--password", password)
