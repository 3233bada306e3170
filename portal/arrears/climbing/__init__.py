"""How a case moves to the next stage: gates, their evidence, the first reminder."""
