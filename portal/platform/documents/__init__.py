"""Papers and files: PDFs by Typst, QR codes, CSV and XLSX."""
