
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.comparison
import mentoring.kernel.encryption.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('programs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pairing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mentor', models.CharField(blank=True, choices=[('first', 'The first'), ('second', 'The second'), ('', 'Both mentor, both learn')], default='', max_length=6)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('accepted', 'Accepted by both'), ('active', 'Active'), ('paused', 'Paused'), ('closed', 'Closed'), ('declined', 'Not started')], default='proposed', max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('first_accepted_at', models.DateTimeField(blank=True, null=True)),
                ('second_accepted_at', models.DateTimeField(blank=True, null=True)),
                ('activated_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('cohort', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pairings', to='programs.cohort')),
                ('coordinator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='caseload', to='programs.membership')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairings_as_first', to='programs.membership')),
                ('program', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pairings', to='programs.program')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pairings_as_second', to='programs.membership')),
            ],
        ),
        migrations.CreateModel(
            name='Fact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('topic_raised', 'A topic was added to the agenda'), ('decision_proposed', 'A decision was proposed'), ('decision_stood', 'A decision came to stand'), ('time_proposed', 'A time for a session was suggested'), ('time_moved', 'A session was moved'), ('session_cancelled', 'A session was cancelled'), ('session_missed', 'Somebody could not make a session'), ('session_logged', 'A session was logged'), ('session_led', 'Somebody led a session'), ('action_taken', 'Somebody took an action on'), ('action_done', 'An action was done')], max_length=24)),
                ('happened_at', models.DateTimeField()),
                ('source_id', models.BigIntegerField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='EndingReason',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('choice', mentoring.kernel.encryption.fields.EncryptedTextField(blank=True, editable=True, null=True, row_field='id')),
                ('words', mentoring.kernel.encryption.fields.EncryptedTextField(blank=True, editable=True, null=True, row_field='id')),
                ('given_at', models.DateTimeField()),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ending_reasons', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ending_reasons', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='PartnerWish',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wished_at', models.DateTimeField()),
                ('membership', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='partner_wish', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partner_wishes', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_at', models.DateTimeField()),
                ('gone_on_at', models.DateTimeField(blank=True, null=True)),
                ('first_yes_at', models.DateTimeField(blank=True, null=True)),
                ('second_yes_at', models.DateTimeField(blank=True, null=True)),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('source_id', models.BigIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField(blank=True, null=True)),
                ('opened_together_at', models.DateTimeField(blank=True, null=True)),
                ('called_off_at', models.DateTimeField(blank=True, null=True)),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rounds', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('content', models.JSONField(blank=True, encoder=django.core.serializers.json.DjangoJSONEncoder, null=True)),
                ('sealed', mentoring.kernel.encryption.fields.EncryptedTextField(blank=True, editable=True, null=True, row_field='id')),
                ('given_at', models.DateTimeField()),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='joint_answers', to='programs.membership')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='matching.round')),
            ],
        ),
        migrations.CreateModel(
            name='WeeklyCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField()),
                ('side', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('topic_raised', 'A topic was added to the agenda'), ('decision_proposed', 'A decision was proposed'), ('decision_stood', 'A decision came to stand'), ('time_proposed', 'A time for a session was suggested'), ('time_moved', 'A session was moved'), ('session_cancelled', 'A session was cancelled'), ('session_missed', 'Somebody could not make a session'), ('session_logged', 'A session was logged'), ('session_led', 'Somebody led a session'), ('action_taken', 'Somebody took an action on'), ('action_done', 'An action was done')], max_length=24)),
                ('number', models.PositiveIntegerField()),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weekly_counts', to='matching.pairing')),
            ],
        ),
        migrations.AddIndex(
            model_name='pairing',
            index=models.Index(fields=['program', 'proposed_at', 'id'], name='matching_pairing_by_time'),
        ),
        migrations.AddIndex(
            model_name='pairing',
            index=models.Index(fields=['program', 'state'], name='matching_pairing_by_state'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(('first', models.F('second')), _negated=True), name='matching_pairing_is_of_two_people'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.UniqueConstraint(django.db.models.functions.comparison.Least('first', 'second'), django.db.models.functions.comparison.Greatest('first', 'second'), condition=models.Q(('state__in', ['proposed', 'accepted', 'active', 'paused'])), name='matching_pairing_one_open_of_the_same_two'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'declined', 'closed']), models.Q(('first_accepted_at__isnull', False), ('second_accepted_at__isnull', False)), _connector='OR'), name='matching_pairing_starts_when_both_accepted'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['active', 'paused']), _negated=True), ('activated_at__isnull', False), _connector='OR'), name='matching_pairing_active_since'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['closed', 'declined'])), models.Q(models.Q(('state__in', ['closed', 'declined']), _negated=True), ('ended_at', None)), _connector='OR'), name='matching_pairing_has_ended_at_when_it_ended'),
        ),
        migrations.AddConstraint(
            model_name='pairing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('first_accepted_at', None), ('second_accepted_at', None)), _connector='OR'), name='matching_pairing_declined_keeps_no_answers'),
        ),
        migrations.AddIndex(
            model_name='fact',
            index=models.Index(fields=['pairing', 'happened_at'], name='matching_fact_by_pairing'),
        ),
        migrations.AddConstraint(
            model_name='fact',
            constraint=models.UniqueConstraint(fields=('kind', 'source_id', 'by'), name='matching_fact_counted_once'),
        ),
        migrations.AddConstraint(
            model_name='endingreason',
            constraint=models.UniqueConstraint(fields=('pairing', 'membership'), name='matching_endingreason_one_a_half'),
        ),
        migrations.AddConstraint(
            model_name='endingreason',
            constraint=models.CheckConstraint(condition=models.Q(('choice__isnull', False), ('words__isnull', False), _connector='OR'), name='matching_endingreason_says_something'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(condition=models.Q(('gone_on_at', None)), fields=('pairing',), name='matching_pause_one_lasting_a_pairing'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(('gone_on_at', None), ('gone_on_at__gte', models.F('paused_at')), _connector='OR'), name='matching_pause_ends_after_it_began'),
        ),
        migrations.AddIndex(
            model_name='round',
            index=models.Index(fields=['pairing', 'kind', 'opened_at'], name='matching_round_by_pairing'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.UniqueConstraint(condition=models.Q(('called_off_at', None), ('opened_together_at', None)), fields=('pairing', 'kind', 'source_id'), name='matching_round_one_open_a_kind_and_source'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('opened_together_at', None), ('called_off_at', None), _connector='OR'), name='matching_round_opened_or_called_off'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at', None), ('closes_at__gt', models.F('opened_at')), _connector='OR'), name='matching_round_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('round', 'membership'), name='matching_answer_one_a_half'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('sealed__isnull', True)), models.Q(('content__isnull', True), ('sealed__isnull', False)), _connector='OR'), name='matching_answer_is_open_or_sealed'),
        ),
        migrations.AddConstraint(
            model_name='weeklycount',
            constraint=models.UniqueConstraint(fields=('pairing', 'week', 'side', 'kind'), name='matching_weeklycount_one_number'),
        ),
        migrations.AddConstraint(
            model_name='weeklycount',
            constraint=models.CheckConstraint(condition=models.Q(('week__iso_week_day', 1)), name='matching_weeklycount_week_begins_on_monday'),
        ),
        migrations.AddConstraint(
            model_name='weeklycount',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', [0, 1])), name='matching_weeklycount_of_one_of_two_sides'),
        ),
    ]
