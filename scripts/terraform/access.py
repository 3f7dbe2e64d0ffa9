"""Who may do what: every grant of a plan, in the words of the table in terraform/access.yaml, and beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

TABLE = Path("terraform") / "access.yaml"
ACTS_AS = "roles/iam.workloadIdentityUser"
ENCRYPTS = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

# Resources that grant a role to a member, the table's word for what they grant it on, and the argument with its name.
MEMBERS = {
    "google_artifact_registry_repository_iam_member": ("registry", "repository"),
    "google_bigquery_datapolicy_data_policy_iam_member": ("tags", "data_policy_id"),
    "google_data_catalog_policy_tag_iam_member": ("tags", "policy_tag"),
    "google_kms_crypto_key_iam_member": ("keys", "crypto_key_id"),
    "google_project_iam_member": ("project", "project"),
    "google_secret_manager_secret_iam_member": ("secrets", "secret_id"),
    "google_service_account_iam_member": ("accounts", "service_account_id"),
    "google_storage_bucket_iam_member": ("buckets", "bucket"),
}
# What looks as if it let somebody in, and does not.
HARMLESS = re.compile(
    r"google_(kms_crypto_key|kms_key_ring|project_iam_(audit_config|custom_role)"
    r"|iam_workload_identity_pool(_provider)?)"
)
SUSPICIOUS = re.compile(r"_iam_|_access|_acl|_key(_|$)")
NEVER = {
    "a primitive role": re.compile(r"roles/(owner|editor|viewer|browser)"),
    "everybody": re.compile(
        r"allUsers|allAuthenticatedUsers|principalSet:|[*]|domain:|project(Owner|Editor|Viewer|Reader)"
    ),
    "data of the whole project": re.compile(
        r"roles/(bigquery\.(data|admin|user$|studio)|storage\.|secretmanager\.|datacatalog\.|cloudsql\.).* project "
    ),
}


class Grant(NamedTuple):
    """A row of the table: `who` holds `role` on the `what` among the `kind`."""

    who: str
    role: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.who}: {self.role} on {self.kind} {self.what}"


def problems(plan: Mapping[str, Any], table: Mapping[str, Any] | None = None) -> list[str]:
    """What a plan grants beyond the table, what it does not grant, and what nobody may be granted; a line each.

    `plan` is what `terraform show -json` prints of a plan.
    """
    table = table or yaml.safe_load(TABLE.read_text())
    names = Names(plan)
    found, meant = set(granted(plan, names)), set(expected(table, names))
    return [
        *(f"not in the table: {grant}" for grant in sorted(found - meant)),
        *(f"missing: {grant}" for grant in sorted(meant - found)),
        *(
            f"never {what}: {grant}"
            for what, rule in NEVER.items()
            for grant in sorted(found)
            if rule.search(str(grant))
        ),
        *sorted(loopholes(plan)),
    ]


class Names:
    """Translates between a plan's names and the table's."""

    def __init__(self, plan: Mapping[str, Any]):
        declared = plan["configuration"]["root_module"]["variables"]
        chosen = {name: entry.get("default") for name, entry in declared.items()}
        chosen |= {name: entry.get("value") for name, entry in plan["variables"].items()}
        self.project, self.groups = chosen["project_id"], chosen["groups"]
        self.runs_ci, self.own_keys = chosen["runs_ci"], chosen["customer_managed_keys"]
        self.environment, self.repository = chosen["environment"], chosen["github_repository"]
        number, repository = chosen["project_number"], self.repository
        pool = (
            f"principal://iam.googleapis.com/projects/{number}/locations/global/workloadIdentityPools/github"
        )
        self._members = {
            rf"serviceAccount:(?:c360-([a-z-]+)|(terraform))@{self.project}\.iam\.gserviceaccount\.com": r"\1\2",
            rf"serviceAccount:{self.project}\.svc\.id\.goog\[(?:customer-360/)?([a-z/-]+)\]": r"pod \1",
            rf"serviceAccount:(?:service|bq)-{number}@([a-z-]+)\.iam\.gserviceaccount\.com": r"agent \1",
            rf"{pool}/subject/repo:{repository}:([\w:/]+)": r"workflow \1",
            **{rf"group:{re.escape(address)}": f"group:{name}" for name, address in self.groups.items()},
        }
        self._things = {
            "accounts": rf"projects/{self.project}/serviceAccounts/(?:c360-([a-z-]+)|(terraform))@.*",
            "buckets": rf"{self.project}-([a-z]+)",
            "datasets": r"olist_(ci_main|[a-z]+)(?:_[a-z]+)?",
            "project": rf"{self.project}()",
            "tags": r"customer_360_[a-z]+_([a-z_]+)",
        }

    def who(self, member: str) -> str:
        """A member in the table's words; one that the table cannot mean stays as it is."""
        for pattern, word in self._members.items():
            if re.fullmatch(pattern, member):
                return re.sub(pattern, word, member)
        return member

    def role(self, role: str) -> str:
        """A role; one of ours by its name alone."""
        return role.removeprefix(f"projects/{self.project}/roles/")

    def what(self, kind: str, name: str) -> str:
        """A thing in the table's words."""
        if kind == "registry" and name == "customer-360":
            return "images"
        found = re.fullmatch(self._things.get(kind, "(.*)"), name)
        return "".join(filter(None, found.groups())) if found else name

    def exists(self, name: str) -> bool:
        """Whether an account, a dataset or a key of the table is in this environment."""
        return (self.runs_ci or not name.startswith("ci")) and (
            self.own_keys or name not in ("data", "warehouse")
        )


def granted(plan: Mapping[str, Any], names: Names) -> Iterator[Grant]:
    """Every grant of a plan."""
    for resource in resources(plan):
        values = resource["values"]
        if resource["type"] in MEMBERS:
            kind, argument = MEMBERS[resource["type"]]
            # The name of a tag or key comes with the apply; the last word of the instance's key says which it is.
            name = values.get(argument) or str(resource.get("index", "unknown")).split()[-1]
            who, role = names.who(values.get("member", "unknown")), names.role(values["role"])
            yield Grant(who, role, kind, names.what(kind, name))
        if resource["type"] == "google_bigquery_dataset":
            for entry in values.get("access") or []:
                dataset, role = names.what("datasets", values["dataset_id"]), names.role(entry["role"])
                yield Grant(names.who(_of_entry(entry)), role, "datasets", dataset)


def expected(table: Mapping[str, Any], names: Names) -> Iterator[Grant]:
    """Every row of the table that is meant for the plan's environment."""
    accounts = {
        name: account
        for name, account in table["accounts"].items()
        if names.exists(name) and (names.repository or "workflows" not in account)
    }
    without = table["accounts"].keys() - accounts
    for who, may in table["matrix"].items():
        for kind, rights in may.items() if who not in without else ():
            verbs = (
                {"": rights} if kind == "project" else {what: _listed(verb) for what, verb in rights.items()}
            )
            for what in filter(names.exists, verbs):
                yield from (Grant(who, table["roles"][kind][verb], kind, what) for verb in verbs[what])
    if names.repository:
        yield Grant(f"workflow {table['applies'] % names.environment}", ACTS_AS, "accounts", "terraform")
    for name, account in accounts.items():
        actors = [f"{actor} {who}" for actor in ("pod", "workflow") for who in account.get(f"{actor}s", [])]
        yield from (Grant(actor, ACTS_AS, "accounts", name) for actor in actors)
    for agent, key in table["agents"].items():
        if names.exists(key):
            yield Grant(f"agent {agent}", ENCRYPTS, "keys", key)


def loopholes(plan: Mapping[str, Any]) -> Iterator[str]:
    """Resources that may let somebody in by a way that the table does not see."""
    for resource in resources(plan):
        kind = resource["type"]
        if kind == "google_bigquery_dataset" and not resource["values"].get("access"):
            yield f"open: {resource['address']} has no access block, so every reader of the project may read it"
        if SUSPICIOUS.search(kind) and kind not in MEMBERS and not HARMLESS.fullmatch(kind):
            yield f"not understood: {resource['address']}; grant by one of {', '.join(MEMBERS)}"


def resources(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every resource that the plan leads to; `values` lacks what only the apply will tell."""
    found: list[dict[str, Any]] = plan["planned_values"]["root_module"]["resources"]
    return [resource for resource in found if resource["mode"] == "managed"]


def _of_entry(entry: Mapping[str, Any]) -> str:
    kinds = {"user_by_email": "serviceAccount:", "group_by_email": "group:"}
    named = {key: value for key, value in entry.items() if value and key != "role"}
    return " ".join(f"{kinds.get(key, f'{key}:')}{value}" for key, value in named.items()) or "unknown"


def _listed(verbs: Any) -> list[str]:
    return verbs if isinstance(verbs, list) else [verbs]
