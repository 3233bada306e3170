"""Who is bound to a home besides its owners: asked for by an owner, answered by the service centre, revocable."""
