"""From stage to stage: gates, their evidence, the first reminder."""
