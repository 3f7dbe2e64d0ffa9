"""GRANT and REVOKE: stored as dataset access or a table's IAM policy, and readable in OBJECT_PRIVILEGES."""

from __future__ import annotations

import re
from typing import Any

from local_bigquery.catalog import datasets, iam, tables
from local_bigquery.engine import database
from local_bigquery.jobs import query
from local_bigquery.models import Dataset, JobStatistics2, Policy
from local_bigquery.sql.rules import information_schema

COMMENT = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
STATEMENT = re.compile(
    r"^(?P<verb>GRANT|REVOKE)\s+(?P<roles>.+?)\s+ON\s+(?P<kind>SCHEMA|TABLE|VIEW|MATERIALIZED\s+VIEW)\s+"
    r"(?P<name>\S+)\s+(?:TO|FROM)\s+(?P<grantees>.+)$",
    re.IGNORECASE | re.DOTALL,
)
ACCESS_FIELDS = {
    "user": "userByEmail",
    "serviceAccount": "userByEmail",
    "group": "groupByEmail",
    "domain": "domain",
}
PRIVILEGE_COLUMNS = [
    "object_catalog",
    "object_schema",
    "object_name",
    "object_type",
    "privilege_type",
    "grantee",
]


def install() -> None:
    """Apply the patches."""
    execute = query.execute

    def execute_with_grants(
        cursor: Any, project: str, job: str, config: Any, dry_run: bool = False, session: Any = None
    ) -> tuple[Any, Any, Any]:
        statements = _parse(config.query or "")
        if not statements:
            return execute(cursor, project, job, config, dry_run, session)  # type: ignore[no-any-return]
        default = config.defaultDataset
        for statement in [] if dry_run else statements:
            _apply(statement, project, default.datasetId if default else None)
        return JobStatistics2(statementType=statements[0]["verb"].upper()), [], None

    query.execute = execute_with_grants
    information_schema.VIEWS["OBJECT_PRIVILEGES"] = _object_privileges


def _parse(sql: str) -> list[re.Match[str]]:
    """The statements when all of them are grants, else nothing."""
    if not re.search(r"\b(grant|revoke)\b", sql, re.IGNORECASE):
        return []
    parts = [part.strip() for part in COMMENT.sub(" ", sql).split(";") if part.strip()]
    found = [STATEMENT.match(part) for part in parts]
    return [match for match in found if match] if all(found) else []


def _apply(statement: re.Match[str], project: str, dataset: str | None) -> None:
    roles = [role.strip().strip("`") for role in statement["roles"].split(",")]
    grantees = [name for _, name in re.findall(r"([\"'])(.*?)\1", statement["grantees"])]
    path = statement["name"].replace("`", "").split(".")
    adds = statement["verb"].upper() == "GRANT"
    if statement["kind"].upper() == "SCHEMA":
        project, dataset = [project, *path][-2:]
        _change_dataset(project, dataset, roles, grantees, adds)
    else:
        default = [project, dataset] if len(path) == 1 else [project]
        _change_table([*default, *path][-3:], roles, grantees, adds)


def _change_dataset(project: str, dataset: str, roles: list[str], grantees: list[str], adds: bool) -> None:
    access = [entry.dump() for entry in datasets.get(project, dataset).access or []]
    for role in roles:
        for grantee in grantees:
            kind, _, value = grantee.partition(":")
            field = ACCESS_FIELDS.get(kind)
            entry = {"role": role, field or "iamMember": value if field else grantee}
            access = [other for other in access if other != entry] + ([entry] if adds else [])
    datasets.update(project, dataset, Dataset.model_validate({"access": access}), None, False)


def _change_table(path: list[str | None], roles: list[str], grantees: list[str], adds: bool) -> None:
    resource = "projects/{}/datasets/{}/tables/{}".format(*path)
    policy = iam.get(resource).dump()
    bindings = {binding["role"]: set(binding.get("members", [])) for binding in policy.get("bindings", [])}
    for role in roles:
        members = bindings.setdefault(role, set())
        (members.update if adds else members.difference_update)(grantees)
    policy["bindings"] = [
        {"role": role, "members": sorted(members)} for role, members in bindings.items() if members
    ]
    iam.set_(resource, Policy.model_validate(policy))


def _object_privileges(project: str, dataset: str | None) -> tuple[list[str], list[list[str]]]:
    rows = []
    for resource, policy in database.fetch("SELECT resource, policy FROM emulator.iam_policies"):
        part = resource.split("/")
        if len(part) != 6 or part[1] != project or (dataset and part[3] != dataset):
            continue
        if not tables.exists(part[1], part[3], part[5]):
            continue
        kind = tables.load(part[1], part[3], part[5]).type
        for binding in Policy.model_validate_json(policy).dump().get("bindings", []):
            rows += [[*part[1::2], kind, binding["role"], member] for member in binding.get("members", [])]
    return PRIVILEGE_COLUMNS, rows
