"""What must survive faults; ids as in the fault matrix (F-01 …)."""
