"""A pairing goes only from a state to one that follows it (`matching/pairings/states.py`), whoever writes."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION matching_pairing_refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A pairing does not go from % to %.', OLD.state, NEW.state
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'matching_pairing_goes_step_by_step';
END
$$;
CREATE TRIGGER matching_pairing_goes_step_by_step BEFORE UPDATE OF state ON matching_pairing
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('proposed', 'accepted'), ('proposed', 'declined'),
        ('accepted', 'active'), ('accepted', 'declined'),
        ('active', 'paused'), ('active', 'closed'), ('active', 'declined'),
        ('paused', 'active'), ('paused', 'closed'),
        ('closed', 'active')
    )) EXECUTE FUNCTION matching_pairing_refuse_step();
"""

ALLOW = """
DROP TRIGGER matching_pairing_goes_step_by_step ON matching_pairing;
DROP FUNCTION matching_pairing_refuse_step();
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
