"""What is done about arrears: letters, calls and visits, late charges, courts, evidence."""
