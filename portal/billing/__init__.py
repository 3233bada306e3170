"""Bills: reckoned by a run, frozen when issued, corrected only by adjustments. The slice that the others copy."""
