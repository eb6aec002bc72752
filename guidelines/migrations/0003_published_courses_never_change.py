"""What was published of a course never changes either: people learned from words, and a certificate names them."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION guidelines_published_courses_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'guidelines_courseversion %: what was published never changes', OLD.id
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER guidelines_published_courses_never_change
    BEFORE UPDATE ON guidelines_courseversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION guidelines_published_courses_never_change();
"""
ALLOW = """
DROP TRIGGER guidelines_published_courses_never_change ON guidelines_courseversion;
DROP FUNCTION guidelines_published_courses_never_change();
"""


class Migration(migrations.Migration):
    dependencies = [("guidelines", "0002_published_never_changes")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
