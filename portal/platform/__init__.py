"""What any service stands on: the process, the database, jobs, the audit trail, files and papers."""
