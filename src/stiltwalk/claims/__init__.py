"""The claims that come along, as YAML."""
