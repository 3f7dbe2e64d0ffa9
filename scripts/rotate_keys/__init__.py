"""New hash keys for the running sandbox, as a run of the Dag takes them up."""
