"""What has to be disclosed when, and the posters for the notice board."""
