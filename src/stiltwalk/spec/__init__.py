"""What exists: tasks, languages, metrics, recipes, encoders and the study schema. Facts only."""
