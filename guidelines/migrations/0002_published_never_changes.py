"""What was published never changes: people agreed to words, and the database keeps them."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION guidelines_published_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'guidelines_guidelineversion %: what was published never changes', OLD.id
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER guidelines_published_never_changes
    BEFORE UPDATE ON guidelines_guidelineversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION guidelines_published_never_changes();
"""
ALLOW = """
DROP TRIGGER guidelines_published_never_changes ON guidelines_guidelineversion;
DROP FUNCTION guidelines_published_never_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("guidelines", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
