"""From what was measured and logged to findings: each symptom with the cause that is behind it."""
