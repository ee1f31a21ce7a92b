"""The operator looks at mail, jobs and the audit trail."""
