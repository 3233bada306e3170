"""The small pure vocabulary that every slice shares: money, months, clock, states, errors, sentences."""
