"""What is done for owners and what they may ask for: services, disputes, holds, instalments."""
