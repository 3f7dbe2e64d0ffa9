"""The leak scan: looks for personal data in the open marts, and tells counts, never values."""

from scripts.leak_scan.scanner import Finding, LeakReport, scan

__all__ = ["Finding", "LeakReport", "scan"]
