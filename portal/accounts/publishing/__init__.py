"""From draft to publication: content, signatures, vouchers."""
