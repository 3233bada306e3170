"""What any service needs: the process, the database, jobs, the audit trail, files and documents."""
