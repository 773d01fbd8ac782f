"""What others found: papers, the claims in them, the evidence for and against; a judge is handed in."""
