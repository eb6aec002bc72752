
import datetime
import django.db.models.constraints
import django.db.models.deletion
import mentoring.kernel.encryption.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('matching', '0001_initial'),
        ('programs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300)),
                ('points', models.TextField(blank=True)),
                ('suggestion', models.CharField(blank=True, max_length=40)),
                ('position', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('raised_at', models.DateTimeField()),
                ('carried_over_at', models.DateTimeField(blank=True, null=True)),
                ('discussed_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agenda_items', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='CheckInPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('every_weeks', models.PositiveSmallIntegerField(default=2, verbose_name='every how many weeks')),
                ('at_time', models.TimeField(default=datetime.time(9, 0), verbose_name='at what time of day')),
                ('open_days', models.PositiveSmallIntegerField(default=10, verbose_name='open for how many days')),
                ('in_force_since', models.DateTimeField()),
                ('program', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='check_in_plan', to='programs.program')),
            ],
        ),
        migrations.CreateModel(
            name='CheckIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(choices=[('scheduled', 'Regular'), ('fit', 'After the first meeting')], default='scheduled', max_length=12)),
                ('due_on', models.DateField()),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('read_by', models.CharField(choices=[('coordinators', 'Coordinators and admins'), ('admins', 'Admins only')], max_length=12)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('called_off_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='check_ins', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='check_ins', to='matching.pairing')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='check_ins', to='checkins.checkinplan')),
            ],
        ),
        migrations.CreateModel(
            name='Goal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('whose', models.CharField(choices=[('first', 'The first'), ('second', 'The second'), ('both', 'Both')], max_length=6)),
                ('text', models.CharField(max_length=300)),
                ('why', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('reached', 'Reached'), ('let_go', 'Let go')], default='open', max_length=7)),
                ('made_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='goals', to='matching.pairing')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('sent_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='NothingThisTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('said_at', models.DateTimeField()),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('construct', models.CharField(choices=[('voice', 'Say in what is next'), ('respect', 'Being heard'), ('comfort', 'Comfort'), ('boundaries', 'Limits'), ('going_on', 'Going on'), ('words', 'Own words')], max_length=12)),
                ('text', models.CharField(max_length=200, verbose_name='question')),
                ('kind', models.CharField(choices=[('choice', 'One of a list'), ('text', 'Own words')], default='choice', max_length=8)),
                ('choices', models.JSONField(blank=True, default=list)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('asked_since', models.DateTimeField()),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='checkins.checkinplan')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replaced_by', to='checkins.question')),
            ],
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('value', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('words', mentoring.kernel.encryption.fields.EncryptedTextField(blank=True, editable=True, null=True, row_field='id')),
                ('given_at', models.DateTimeField()),
                ('check_in', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='checkins.checkin')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='checkins.question')),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('proposed', 'Suggested'), ('planned', 'Planned'), ('held', 'You met'), ('cancelled', 'Cancelled'), ('missed', 'Did not happen')], max_length=10)),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='when it begins')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='how many minutes')),
                ('place', models.CharField(choices=[('in_person', 'In person'), ('video', 'Video call'), ('phone', 'Phone'), ('other', 'Something else')], default='in_person', max_length=10, verbose_name='how you meet')),
                ('where', models.CharField(blank=True, max_length=300, verbose_name='where')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('sequence', models.PositiveIntegerField(default=0)),
                ('talked_about', models.TextField(blank=True, verbose_name='what you talked about')),
                ('next_time', models.TextField(blank=True, verbose_name='for next time')),
                ('logged_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('absent', models.CharField(blank=True, choices=[('first', 'The first'), ('second', 'The second'), ('both', 'Both')], max_length=6, verbose_name='who could not make it')),
                ('word', models.CharField(blank=True, max_length=300, verbose_name='a word to the other')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('led_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('logged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='matching.pairing')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('topics', models.ManyToManyField(blank=True, related_name='sessions', to='checkins.agendaitem')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300)),
                ('reason', models.TextField(blank=True)),
                ('proposed_at', models.DateTimeField()),
                ('first_agreed_at', models.DateTimeField(blank=True, null=True)),
                ('second_agreed_at', models.DateTimeField(blank=True, null=True)),
                ('try_until', models.DateField(blank=True, null=True)),
                ('look_again_on', models.DateField(blank=True, null=True)),
                ('first_kept_on', models.DateField(blank=True, null=True)),
                ('second_kept_on', models.DateField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Waiting for an answer'), ('stands', 'Agreed by both'), ('changed', 'Changed'), ('not_agreed', 'Not agreed'), ('withdrawn', 'Taken back'), ('reopened', 'Reopened'), ('over', 'Tried, not kept')], default='open', max_length=10)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('word', models.TextField(blank=True)),
                ('began_with', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='followed_by', to='checkins.decision')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('in_place_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='checkins.decision')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='matching.pairing')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('session', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='decisions', to='checkins.session')),
            ],
        ),
        migrations.CreateModel(
            name='SessionAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(blank=True)),
                ('is_different', models.BooleanField(default=False)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('written_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='accounts', to='checkins.session')),
            ],
        ),
        migrations.CreateModel(
            name='SessionOption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('position', models.PositiveSmallIntegerField()),
                ('proposed_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='options', to='checkins.session')),
            ],
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('boundary', 'Limits are not kept'), ('low_comfort', 'The lowest answer about comfort'), ('going_on', 'Somebody wishes a change'), ('unanswered', 'Two check-ins unanswered')], max_length=16)),
                ('read_by', models.CharField(choices=[('coordinators', 'Coordinators and admins'), ('admins', 'Admins only')], max_length=12)),
                ('seen_on', models.DateField()),
                ('since_on', models.DateField(blank=True, null=True)),
                ('contact_first', models.CharField(choices=[('first', 'First'), ('second', 'Second')], max_length=6)),
                ('raised_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('about', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='programs.membership')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='ThreadRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='thread_reads', to='matching.pairing')),
            ],
        ),
        migrations.CreateModel(
            name='ActionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=300)),
                ('owner', models.CharField(choices=[('first', 'The first'), ('second', 'The second'), ('both', 'Both')], max_length=6)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('added_at', models.DateTimeField()),
                ('first_took_on_at', models.DateTimeField(blank=True, null=True)),
                ('second_took_on_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('declined_at', models.DateTimeField(blank=True, null=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('declined_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='programs.membership')),
                ('pairing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='action_items', to='matching.pairing')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('declined_at', None), ('done_at', None), ('removed_at', None)), fields=['pairing', 'due_on'], name='checkins_actionitem_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='checkins_actionitem_says_something'), models.CheckConstraint(condition=models.Q(('done_at', None), models.Q(('first_took_on_at__isnull', False), ('owner', 'first')), models.Q(('owner', 'second'), ('second_took_on_at__isnull', False)), models.Q(('first_took_on_at__isnull', False), ('owner', 'both'), ('second_took_on_at__isnull', False)), _connector='OR'), name='checkins_actionitem_done_once_taken_on'), models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('done_by', None)), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='checkins_actionitem_done_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('declined_at', None), ('declined_by', None)), models.Q(('declined_at__isnull', False), ('declined_by__isnull', False)), _connector='OR'), name='checkins_actionitem_declined_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('declined_at', None), ('done_at', None)), models.Q(('done_at', None), ('removed_at', None)), models.Q(('declined_at', None), ('removed_at', None)), _connector='OR'), name='checkins_actionitem_ends_in_one_way')],
            },
        ),
        migrations.AddIndex(
            model_name='agendaitem',
            index=models.Index(condition=models.Q(('discussed_at', None), ('withdrawn_at', None)), fields=['pairing', 'position'], name='checkins_agendaitem_open'),
        ),
        migrations.AddIndex(
            model_name='agendaitem',
            index=models.Index(fields=['pairing', '-discussed_at'], name='checkins_agendaitem_past'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.CheckConstraint(condition=models.Q(('discussed_at', None), ('withdrawn_at', None), _connector='OR'), name='checkins_agendaitem_talked_about_or_taken_back'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='checkins_agendaitem_says_something'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], fields=('pairing', 'position'), name='checkins_agendaitem_has_a_place_of_its_own'),
        ),
        migrations.AddConstraint(
            model_name='agendaitem',
            constraint=models.UniqueConstraint(condition=models.Q(('discussed_at', None), ('withdrawn_at', None), models.Q(('suggestion', ''), _negated=True)), fields=('pairing', 'suggestion'), name='checkins_agendaitem_one_open_of_a_suggestion'),
        ),
        migrations.AddConstraint(
            model_name='checkinplan',
            constraint=models.CheckConstraint(condition=models.Q(('every_weeks__gte', 1), ('every_weeks__lte', 13)), name='checkins_plan_every_1_to_13_weeks'),
        ),
        migrations.AddConstraint(
            model_name='checkinplan',
            constraint=models.CheckConstraint(condition=models.Q(('open_days__gte', 1), ('open_days__lte', 60)), name='checkins_plan_open_1_to_60_days'),
        ),
        migrations.AddIndex(
            model_name='checkin',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['closes_at'], name='checkins_checkin_to_close'),
        ),
        migrations.AddIndex(
            model_name='checkin',
            index=models.Index(fields=['pairing', 'membership', 'due_on'], name='checkins_checkin_by_pairing'),
        ),
        migrations.AddIndex(
            model_name='checkin',
            index=models.Index(fields=['opens_at'], name='checkins_checkin_by_opening'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.UniqueConstraint(fields=('plan', 'occasion', 'pairing', 'membership', 'due_on'), name='checkins_checkin_once_a_person_and_date'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.UniqueConstraint(condition=models.Q(('occasion', 'fit')), fields=('pairing', 'membership'), name='checkins_checkin_asked_once_how_it_fits'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='checkins_checkin_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='checkin',
            constraint=models.CheckConstraint(condition=models.Q(('answered_at', None), ('called_off_at', None), _connector='OR'), name='checkins_checkin_answered_or_called_off'),
        ),
        migrations.AddIndex(
            model_name='goal',
            index=models.Index(fields=['pairing', 'state', 'made_at'], name='checkins_goal_by_state'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='checkins_goal_says_something'),
        ),
        migrations.AddConstraint(
            model_name='goal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='checkins_goal_has_settled_at_when_settled'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('pairing', 'sent_at'), name='checkins_message_one_after_another'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at', None), models.Q(('text', ''), _negated=True)), models.Q(('removed_at__isnull', False), ('text', '')), _connector='OR'), name='checkins_message_says_something_until_taken_back'),
        ),
        migrations.AddConstraint(
            model_name='nothingthistime',
            constraint=models.UniqueConstraint(fields=('pairing', 'membership'), name='checkins_nothingthistime_said_once'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None), models.Q(('construct', 'words'), _negated=True)), fields=('plan', 'construct'), name='checkins_question_asked_once_a_construct'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.UniqueConstraint(fields=('check_in', 'question'), name='checkins_answer_once_a_question'),
        ),
        migrations.AddConstraint(
            model_name='answer',
            constraint=models.CheckConstraint(condition=models.Q(('value', None), models.Q(('value__gte', 1), ('value__lte', 5)), _connector='OR'), name='checkins_answer_from_1_to_5'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 480)), name='checkins_session_lasts_5_to_480_minutes'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('proposed_by__isnull', False), ('starts_at', None), ('state', 'proposed')), ('state', 'cancelled'), models.Q(('starts_at__isnull', False), ('state__in', ['planned', 'held', 'missed'])), _connector='OR'), name='checkins_session_has_a_time_once_agreed'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('logged_at__isnull', False), ('logged_by__isnull', False), ('state', 'held')), models.Q(models.Q(('state', 'held'), _negated=True), ('logged_at', None), ('logged_by', None)), _connector='OR'), name='checkins_session_held_is_logged_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ['cancelled', 'missed'])), models.Q(models.Q(('state__in', ['cancelled', 'missed']), _negated=True), ('closed_at', None), ('closed_by', None)), _connector='OR'), name='checkins_session_closed_at_when_it_did_not_happen'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'missed'), models.Q(('absent', ''), _negated=True)), models.Q(models.Q(('state', 'missed'), _negated=True), ('absent', '')), _connector='OR'), name='checkins_session_missed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['planned', 'held'])), fields=('pairing', 'starts_at'), name='checkins_session_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('pairing',), name='checkins_session_one_suggestion_a_pairing'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['pairing', 'state', 'proposed_at'], name='checkins_decision_by_state'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['stands', 'reopened', 'over']), _negated=True), models.Q(('first_agreed_at__isnull', False), ('second_agreed_at__isnull', False)), _connector='OR'), name='checkins_decision_stands_on_both_consents'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'not_agreed', 'withdrawn']), _negated=True), ('first_agreed_at', None), ('second_agreed_at', None), _connector='OR'), name='checkins_decision_is_not_open_once_both_agreed'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('first_agreed_at__isnull', False), ('second_agreed_at__isnull', False), _connector='OR'), name='checkins_decision_whoever_proposes_agrees'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_kept_on', None), ('second_kept_on', None)), models.Q(('first_agreed_at__isnull', False), ('second_agreed_at__isnull', False)), _connector='OR'), name='checkins_decision_is_kept_once_both_agreed'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None), ('state__in', ['open', 'stands'])), models.Q(models.Q(('state__in', ['open', 'stands']), _negated=True), ('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='checkins_decision_has_ended_at_when_it_ended'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='checkins_decision_says_something'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('in_place_of',), name='checkins_decision_one_open_suggestion_in_its_place'),
        ),
        migrations.AddConstraint(
            model_name='sessionaccount',
            constraint=models.UniqueConstraint(fields=('session', 'author'), name='checkins_sessionaccount_one_a_half'),
        ),
        migrations.AddConstraint(
            model_name='sessionaccount',
            constraint=models.CheckConstraint(condition=models.Q(('minutes', None), models.Q(('minutes__gte', 5), ('minutes__lte', 480)), _connector='OR'), name='checkins_sessionaccount_lasts_5_to_480_minutes'),
        ),
        migrations.AddConstraint(
            model_name='sessionoption',
            constraint=models.CheckConstraint(condition=models.Q(('position__gte', 1), ('position__lte', 3)), name='checkins_sessionoption_is_one_of_three'),
        ),
        migrations.AddConstraint(
            model_name='sessionoption',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('session', 'position'), name='checkins_sessionoption_one_a_position'),
        ),
        migrations.AddConstraint(
            model_name='sessionoption',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('session', 'starts_at'), name='checkins_sessionoption_one_a_time'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['due_at'], name='checkins_task_open'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at', None)), fields=('kind', 'pairing', 'about', 'read_by'), name='checkins_task_one_open_a_kind_and_subject'),
        ),
        migrations.AddConstraint(
            model_name='threadread',
            constraint=models.UniqueConstraint(fields=('pairing', 'membership'), name='checkins_threadread_one_a_half'),
        ),
    ]
