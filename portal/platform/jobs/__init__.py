"""Work for later: jobs that exist if and only if the data does, and work from estate to estate."""
