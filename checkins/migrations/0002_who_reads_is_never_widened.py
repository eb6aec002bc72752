"""What somebody was told about who reads their answers holds: the database lets no coordinator in to what was said to admins alone."""

from django.db import migrations

TABLES = ("checkins_checkin", "checkins_task", "checkins_callnote")
REFUSE = """
CREATE FUNCTION checkins_who_reads_is_never_widened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% %: who reads is never widened', TG_TABLE_NAME, OLD.id USING ERRCODE = 'restrict_violation';
END;
$$;
""" + "".join(
    f"""
CREATE TRIGGER {table}_who_reads_is_never_widened
    BEFORE UPDATE OF read_by ON {table}
    FOR EACH ROW WHEN (OLD.read_by = 'admins' AND NEW.read_by <> 'admins')
    EXECUTE FUNCTION checkins_who_reads_is_never_widened();
"""
    for table in TABLES
)
ALLOW = "".join(f"DROP TRIGGER {table}_who_reads_is_never_widened ON {table};\n" for table in TABLES) + (
    "DROP FUNCTION checkins_who_reads_is_never_widened();"
)


class Migration(migrations.Migration):
    dependencies = [("checkins", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
