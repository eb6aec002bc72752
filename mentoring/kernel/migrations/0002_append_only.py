"""What was done stays written: PostgreSQL refuses to change or remove an audit event, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION kernel_auditevent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An audit event is never changed or removed.' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER kernel_auditevent_is_never_changed BEFORE UPDATE OR DELETE ON kernel_auditevent
    FOR EACH ROW EXECUTE FUNCTION kernel_auditevent_refuse();
CREATE TRIGGER kernel_auditevent_is_never_emptied BEFORE TRUNCATE ON kernel_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_auditevent_refuse();
"""

ALLOW = """
DROP TRIGGER kernel_auditevent_is_never_emptied ON kernel_auditevent;
DROP TRIGGER kernel_auditevent_is_never_changed ON kernel_auditevent;
DROP FUNCTION kernel_auditevent_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
