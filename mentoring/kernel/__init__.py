"""What every app stands on: mail that is owed, the audit trail, encryption, lists. It knows no app and has no pages."""
