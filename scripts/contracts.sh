#!/bin/sh
# The import contracts; says something only when one is broken.
said=$(.venv/bin/lint-imports --no-logo 2>&1) || { printf '%s\n' "$said" >&2; exit 1; }
