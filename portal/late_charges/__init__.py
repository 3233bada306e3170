"""Damages for late payment (违约金): off until a contract says so, each month a document that shows its arithmetic."""
