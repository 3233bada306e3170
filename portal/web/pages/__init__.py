"""What is answered: pages, fragments, files, errors; and who may knock at all."""
