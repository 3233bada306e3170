"""New rates: announced a month before they rise, and never over what is billed."""
