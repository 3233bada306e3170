"""What is done about arrears: letters, calls, visits, late charges, courts, evidence."""
