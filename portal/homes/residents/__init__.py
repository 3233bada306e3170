"""Who is bound to a home besides its owners: asked, answered, revoked."""
