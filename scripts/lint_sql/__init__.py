"""The compiled SQL of the dbt project before Google's own analyzer: the emulator takes more than BigQuery does."""
