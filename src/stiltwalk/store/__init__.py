"""What is kept: artifacts, predictions, result rows, leases, provenance."""
