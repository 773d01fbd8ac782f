"""The preset studies, as YAML."""
