"""What people see: handlers, templates, styles, scripts."""
