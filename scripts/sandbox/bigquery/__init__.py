"""BigQuery for the sandbox: the emulator local-bigquery (MIT) with the behaviours that dbt and load jobs need.

Everything in this package patches one pinned version from the outside; no client and no dbt project changes. Error
texts follow the upstream project. Each module holds one subject and an `install()` that applies its patches.
"""

PINNED_VERSION = "0.4.0"
