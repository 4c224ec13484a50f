"""What the authors run to keep generated files in step with their sources; no student needs any of it."""
