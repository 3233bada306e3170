"""The work list of letters: to issue, print and prove."""
