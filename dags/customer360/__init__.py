"""Customer 360: the steps that take e-commerce files to BigQuery's marts, free of any orchestrator."""
