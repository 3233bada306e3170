"""Why a sum must not be chased now."""
