"""Jobs that are committed with the data, and jobs that go from estate to estate."""
