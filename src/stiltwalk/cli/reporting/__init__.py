"""All that a report shows, gathered from a study's plan and a store."""
