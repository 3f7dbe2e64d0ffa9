"""What the project is made of: licences of everything that a lock file names."""
