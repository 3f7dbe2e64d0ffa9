"""Build the container images, and list what each holds."""
