"""What is charged and at which rate, in dated versions, with quantities and readings."""
