"""Why a sum, or a whole case, must not be chased now."""
