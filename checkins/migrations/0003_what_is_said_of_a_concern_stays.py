"""What was said or written down about a concern stays as it was, whoever asks: PostgreSQL refuses to change it, and to remove it before the
concern has been closed for a year.

An encrypted text may be written anew with another key, and with nothing else: that is how keys are changed.
"""

from django.db import migrations

# Their encrypted columns.
TABLES = {"checkins_concernentry": "'text'", "checkins_concernmessage": "'text'", "checkins_concernfile": "'name', 'content'"}
FUNCTIONS = """
CREATE FUNCTION checkins_key_of(stored bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT substring(stored FROM 1 FOR greatest(position('\\x00'::bytea IN stored) - 1, 0))
$$;
CREATE FUNCTION checkins_what_is_said_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    encrypted text[] := TG_ARGV;
    name text;
    is_other_text boolean;
BEGIN
    FOREACH name IN ARRAY encrypted LOOP
        EXECUTE format(
            'SELECT ($1).%1$I IS DISTINCT FROM ($2).%1$I AND coalesce(
                length(checkins_key_of(($2).%1$I)) = 0 OR checkins_key_of(($1).%1$I) = checkins_key_of(($2).%1$I), true
            )', name
        ) INTO is_other_text USING OLD, NEW;
        -- Whoever is erased leaves no number behind.
        IF is_other_text AND NOT (name = 'telephone' AND to_jsonb(NEW) ->> name IS NULL) THEN
            RAISE EXCEPTION '% %: what was said stays', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    IF TG_TABLE_NAME <> 'checkins_concern' AND to_jsonb(NEW) - encrypted <> to_jsonb(OLD) - encrypted THEN
        RAISE EXCEPTION '% %: what was said stays', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE FUNCTION checkins_what_is_said_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM checkins_concern WHERE id = OLD.concern_id AND closed_at < now() - interval '1 year') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% %: what was said is kept', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE FUNCTION checkins_who_reads_a_concern_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% %: who raised it and for whom stays', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
"""
OF_CONCERNS = """
CREATE TRIGGER checkins_concern_words_stay BEFORE UPDATE OF words, who_else, telephone ON checkins_concern
    FOR EACH ROW EXECUTE FUNCTION checkins_what_is_said_stays('words', 'who_else', 'telephone');
CREATE TRIGGER checkins_concern_who_reads_stays BEFORE UPDATE OF raised_by_id, is_named, audience, program_id ON checkins_concern
    FOR EACH ROW WHEN (
        (OLD.raised_by_id, OLD.is_named, OLD.audience, OLD.program_id) <> (NEW.raised_by_id, NEW.is_named, NEW.audience, NEW.program_id)
    )
    EXECUTE FUNCTION checkins_who_reads_a_concern_stays();
CREATE TRIGGER checkins_concernabout_is_kept BEFORE DELETE ON checkins_concernabout
    FOR EACH ROW EXECUTE FUNCTION checkins_what_is_said_is_kept();
"""
OF_TABLES = "".join(
    f"""
CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION checkins_what_is_said_stays({columns});
CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION checkins_what_is_said_is_kept();
"""
    for table, columns in TABLES.items()
)
NOT_OF_TABLES = "".join(
    f"""
DROP TRIGGER {table}_is_never_changed ON {table};
DROP TRIGGER {table}_is_kept ON {table};
"""
    for table in TABLES
)
NOT_OF_CONCERNS = """
DROP TRIGGER checkins_concernabout_is_kept ON checkins_concernabout;
DROP TRIGGER checkins_concern_words_stay ON checkins_concern;
DROP TRIGGER checkins_concern_who_reads_stays ON checkins_concern;
"""
NO_FUNCTIONS = """
DROP FUNCTION checkins_who_reads_a_concern_stays();
DROP FUNCTION checkins_what_is_said_is_kept();
DROP FUNCTION checkins_what_is_said_stays();
DROP FUNCTION checkins_key_of(bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("checkins", "0002_who_reads_is_never_widened")]

    operations = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(OF_CONCERNS, NOT_OF_CONCERNS),
        migrations.RunSQL(OF_TABLES, NOT_OF_TABLES),
    ]
