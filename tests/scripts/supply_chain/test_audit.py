"""What pip-audit reports is read so that an unanswered question is no good news."""

from __future__ import annotations

from scripts.supply_chain.audit import Answer, read


def test_a_version_with_a_vulnerability_is_named_with_what_mends_it() -> None:
    vulnerability = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": [], "description": ""}
    report = {
        "dependencies": [
            {"name": "jinja2", "version": "2.10", "vulns": [vulnerability]},
            {"name": "six", "version": "1.17.0", "vulns": []},
        ]
    }
    assert read(report) == Answer(2, (("jinja2 2.10", "PYSEC-2019-217", "2.10.1"),), ())


def test_a_version_that_could_not_be_looked_up_is_not_taken_for_a_good_one() -> None:
    report = {"dependencies": [{"name": "jinja2", "skip_reason": "Dependency not found"}]}
    assert read(report) == Answer(0, (), ("jinja2",))
