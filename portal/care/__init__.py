"""What is done for owners and what they can ask for: services, disputes, holds, instalments."""
