import django.utils.timezone
import mainspring.kernel.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('content', models.TextField(verbose_name='what happened')),
                ('method', models.CharField(choices=[('call', 'Call'), ('mail', 'E-mail'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('message', 'Message'), ('other', 'Other')], default='call', max_length=10, verbose_name='method')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('automatic', models.BooleanField(default=False, editable=False, help_text='Not a follow-up by a person.', verbose_name='written by itself')),
                ('corrected_at', models.DateTimeField(editable=False, null=True, verbose_name='corrected at')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Cadence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('about', models.CharField(choices=[('lead', 'Leads'), ('opportunity', 'Opportunities'), ('party', 'Customers')], default='lead', max_length=12, verbose_name='for')),
                ('enters', models.CharField(blank=True, help_text='State or stage, for instance claimed or proposal; empty: a person starts it.', max_length=24, verbose_name='starts by itself in state')),
                ('value_min', mainspring.kernel.fields.MoneyField(blank=True, decimal_places=4, default=None, max_digits=20, null=True, verbose_name='only from value')),
                ('shift', models.CharField(choices=[('none', 'Stays on the day'), ('next', 'Next working day'), ('previous', 'Previous working day')], default='next', max_length=8, verbose_name='a closed day moves to')),
                ('count_from', models.CharField(choices=[('done', 'The day it was done'), ('planned', 'The day it was planned')], default='done', max_length=8, verbose_name='the next is counted from')),
                ('on_return', models.CharField(choices=[('resume', 'Goes on where it stopped'), ('restart', 'Starts anew'), ('end', 'Ends')], default='restart', max_length=8, verbose_name='when another takes the lead from the pool')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'follow-up plan',
                'verbose_name_plural': 'follow-up plans',
                'ordering': ['about', 'code'],
            },
        ),
        migrations.CreateModel(
            name='CadenceRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('state', models.CharField(default='active', editable=False, max_length=8, verbose_name='state')),
                ('started_on', models.DateField(editable=False, verbose_name='started on')),
                ('position', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='step')),
                ('time', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='time')),
                ('planned_on', models.DateField(editable=False, null=True, verbose_name='planned day')),
                ('done', models.PositiveIntegerField(default=0, editable=False, verbose_name='steps done')),
                ('paused_at', models.DateTimeField(editable=False, null=True, verbose_name='paused at')),
                ('ended_at', models.DateTimeField(editable=False, null=True, verbose_name='ended at')),
                ('ending', models.CharField(blank=True, choices=[('done', 'Done'), ('dropped', 'Given up'), ('pool', 'Back in the pool'), ('closed', 'Record closed')], editable=False, max_length=8, verbose_name='how it ended')),
                ('why_ended', models.CharField(blank=True, editable=False, max_length=240, verbose_name='why it ended')),
            ],
            options={
                'verbose_name': 'plan under way',
                'verbose_name_plural': 'plans under way',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CadenceStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('rhythm', models.CharField(choices=[('once', 'Days after the start'), ('days', 'Every so many days'), ('months', 'Every so many months')], default='once', max_length=8, verbose_name='when')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='days or months')),
                ('month_day', models.PositiveSmallIntegerField(blank=True, help_text='The 31st is the last day of shorter months.', null=True, verbose_name='day of the month')),
                ('times_max', models.PositiveSmallIntegerField(blank=True, help_text='Empty: until the plan ends.', null=True, verbose_name='times at most')),
                ('method', models.CharField(choices=[('call', 'Call'), ('mail', 'E-mail'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('message', 'Message'), ('other', 'Other')], default='call', max_length=10, verbose_name='method')),
                ('at', models.TimeField(blank=True, null=True, verbose_name='at')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='what to do')),
            ],
            options={
                'verbose_name': 'step',
                'verbose_name_plural': 'steps',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('prefix', models.CharField(editable=False, max_length=8, verbose_name='begins with')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('last_read_at', models.DateTimeField(editable=False, null=True, verbose_name='last read at')),
                ('revoked_at', models.DateTimeField(editable=False, null=True, verbose_name='withdrawn at')),
            ],
            options={
                'verbose_name': 'calendar address',
                'verbose_name_plural': 'calendar addresses',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_on', models.DateField(verbose_name='claimed on')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
            },
        ),
        migrations.CreateModel(
            name='FollowUpTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('title', models.CharField(blank=True, max_length=240, verbose_name='what to do')),
                ('method', models.CharField(choices=[('call', 'Call'), ('mail', 'E-mail'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('message', 'Message'), ('other', 'Other')], default='call', max_length=10, verbose_name='method')),
                ('due_on', models.DateField(verbose_name='due on')),
                ('due_at', models.TimeField(blank=True, help_text='In the time zone of who does it.', null=True, verbose_name='at')),
                ('why', models.CharField(blank=True, max_length=240, verbose_name='why')),
                ('origin', models.CharField(choices=[('step', 'Next step'), ('plan', 'Follow-up plan'), ('task', 'Task'), ('event', 'Asked for by the system')], default='task', editable=False, max_length=5, verbose_name='comes from')),
                ('position', models.PositiveSmallIntegerField(editable=False, null=True)),
                ('planned_on', models.DateField(editable=False, help_text='Before anybody put it off; on time means by this day.', verbose_name='first planned on')),
                ('state', models.CharField(default='open', editable=False, max_length=10, verbose_name='state')),
                ('ending', models.CharField(blank=True, choices=[('done', 'Done'), ('dropped', 'Given up'), ('pool', 'Back in the pool'), ('closed', 'Record closed')], editable=False, max_length=8, verbose_name='how it ended')),
                ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='done at')),
                ('done_on', models.DateField(editable=False, null=True, verbose_name='done on')),
                ('snoozed', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='times put off')),
                ('reminded_at', models.DateTimeField(editable=False, null=True, verbose_name='reminded at')),
                ('escalation', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='times escalated')),
                ('escalated_on', models.DateField(editable=False, null=True, verbose_name='escalated on')),
            ],
            options={
                'verbose_name': 'follow-up task',
                'verbose_name_plural': 'follow-up tasks',
                'ordering': ['due_on', 'due_at', 'id'],
            },
        ),
    ]
