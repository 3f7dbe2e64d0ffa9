"""What Airflow's API says, as people read it."""

from __future__ import annotations

from scripts.cluster.airflow_api import log_line


def test_a_plain_line_stays_as_it_is() -> None:
    assert log_line("::endgroup::") == "::endgroup::"


def test_an_event_is_shown_with_its_time() -> None:
    assert log_line({"timestamp": "2026-01-01T00:00:00Z", "event": "Done"}) == "2026-01-01T00:00:00Z Done"


def test_an_error_is_shown_by_type_and_message_without_its_frames() -> None:
    error = {
        "exc_type": "BadFileError",
        "exc_value": "orders.csv, row 3",
        "frames": [{"name": "secret_place"}],
    }
    assert (
        log_line({"event": "Task failed", "error_detail": [error]})
        == "Task failed BadFileError: orders.csv, row 3"
    )
