"""Flask glue that knows no domain: guards, errors, language, forms, pages of a list."""
