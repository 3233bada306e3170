"""Going to people about what they owe: whom to call or visit today, what to say, and what came of it."""
