"""What every page shares: headers, CSRF, limits, errors, languages, health, metrics, logging."""
