import datetime
import django.db.models.deletion
import mainspring.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('crm', '0001_initial'),
        ('kernel', '0001_initial'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='activity',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='activity',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='activity',
            name='party',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='parties.party', verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='activity',
            name='user',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='cadence',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='cadence',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='cadence',
            name='site',
            field=models.ForeignKey(blank=True, help_text='Empty: that of the company.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='working calendar of site'),
        ),
        migrations.AddField(
            model_name='cadencerun',
            name='cadence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='crm.cadence', verbose_name='follow-up plan'),
        ),
        migrations.AddField(
            model_name='cadencerun',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='cadencerun',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='cadencerun',
            name='party',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='parties.party', verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='cadencestep',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='crm.cadence'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AddField(
            model_name='claim',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='activity',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='crm.activity', verbose_name='follow-up'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='done_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='done by'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='escalated_to',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='escalated to'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='follow_up_tasks', to=settings.AUTH_USER_MODEL, verbose_name='who'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='party',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='parties.party', verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='followuptask',
            name='run',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='crm.cadencerun', verbose_name='follow-up plan'),
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('name', models.CharField(max_length=160, verbose_name='company name')),
                ('contact_name', models.CharField(blank=True, max_length=120, verbose_name='contact')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, help_text="With the country's code: +370 600 00000.", max_length=40, verbose_name='phone')),
                ('registry_code', models.CharField(blank=True, max_length=40, verbose_name='registry code')),
                ('vat_number', models.CharField(blank=True, max_length=40, verbose_name='VAT number')),
                ('country', models.CharField(default='LT', max_length=2, verbose_name='country')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('source', models.CharField(choices=[('web', 'Web site'), ('call', 'Incoming call'), ('event', 'Trade fair or event'), ('campaign', 'Campaign'), ('referral', 'Referral'), ('partner', 'Partner'), ('list', 'Bought list'), ('own', 'Found by the representative')], default='web', max_length=12, verbose_name='source')),
                ('value', mainspring.kernel.fields.MoneyField(blank=True, currency='currency', decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='expected value')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('duplicate_reason', models.CharField(blank=True, help_text='For instance another company of the same group.', max_length=240, verbose_name='why this is not a duplicate')),
                ('claimed_at', models.DateTimeField(editable=False, null=True, verbose_name='claimed at')),
                ('touched_at', models.DateTimeField(editable=False, null=True, verbose_name='last follow-up')),
                ('reminded_at', models.DateTimeField(editable=False, null=True)),
                ('next_on', models.DateField(editable=False, null=True, verbose_name='next step on')),
                ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='back in the pool since')),
                ('close_reason', models.CharField(blank=True, choices=[('price', 'Price'), ('competitor', 'Competitor'), ('no_budget', 'No budget'), ('no_need', 'No need'), ('timing', 'Timing'), ('no_answer', 'No answer'), ('other', 'Other')], editable=False, max_length=12, verbose_name='reason lost')),
                ('name_key', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('sound_key', models.CharField(blank=True, default='', editable=False, max_length=400)),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='currency')),
                ('former_owner', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='former owner')),
                ('merged_into', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.lead', verbose_name='merged into')),
                ('owner', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='parties.party', verbose_name='customer')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.territory', verbose_name='territory')),
            ],
            options={
                'verbose_name': 'lead',
                'verbose_name_plural': 'leads',
            },
        ),
        migrations.AddField(
            model_name='followuptask',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='crm.lead', verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='claim',
            name='lead',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='crm.lead', verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='cadencerun',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='crm.lead', verbose_name='lead'),
        ),
        migrations.AddField(
            model_name='activity',
            name='lead',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='crm.lead', verbose_name='lead'),
        ),
        migrations.CreateModel(
            name='LeadPool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('source', models.CharField(blank=True, choices=[('web', 'Web site'), ('call', 'Incoming call'), ('event', 'Trade fair or event'), ('campaign', 'Campaign'), ('referral', 'Referral'), ('partner', 'Partner'), ('list', 'Bought list'), ('own', 'Found by the representative')], max_length=12, verbose_name='only from source')),
                ('value_min', mainspring.kernel.fields.MoneyField(blank=True, decimal_places=4, default=None, max_digits=20, null=True, verbose_name='only from value')),
                ('priority', models.PositiveSmallIntegerField(default=10, help_text='The lowest number takes a lead.', verbose_name='priority')),
                ('holding_max', models.PositiveIntegerField(blank=True, help_text='Per representative; empty means no limit.', null=True, verbose_name='leads held at most')),
                ('daily_claims_max', models.PositiveIntegerField(blank=True, help_text='Per representative; empty means no limit.', null=True, verbose_name='claims a day at most')),
                ('distribution', models.CharField(choices=[('claim', 'People claim'), ('load', 'To who holds least'), ('turn', 'In turn')], default='claim', help_text='By rule they go to the members of the pool as they come in.', max_length=8, verbose_name='how leads are given out')),
                ('recycle_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='returns to the pool after days without follow-up')),
                ('remind_days', models.PositiveIntegerField(blank=True, help_text='Empty: no reminder.', null=True, verbose_name='owner is reminded days before')),
                ('cool_down_days', models.PositiveIntegerField(default=0, verbose_name='days before a former owner may claim it again')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('territory', models.ForeignKey(help_text='With all territories under it.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.territory', verbose_name='territory')),
            ],
            options={
                'verbose_name': 'lead pool',
                'verbose_name_plural': 'lead pools',
                'ordering': ['priority', 'code'],
            },
        ),
        migrations.AddField(
            model_name='lead',
            name='pool',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='leads', to='crm.leadpool', verbose_name='pool'),
        ),
        migrations.AddField(
            model_name='claim',
            name='pool',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='crm.leadpool', verbose_name='pool'),
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('source', models.CharField(blank=True, choices=[('web', 'Web site'), ('call', 'Incoming call'), ('event', 'Trade fair or event'), ('campaign', 'Campaign'), ('referral', 'Referral'), ('partner', 'Partner'), ('list', 'Bought list'), ('own', 'Found by the representative')], max_length=12, verbose_name='source')),
                ('amount', mainspring.kernel.fields.MoneyField(blank=True, currency='currency', decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='amount')),
                ('probability', mainspring.kernel.fields.PercentField(blank=True, decimal_places=4, default=None, max_digits=9, null=True, verbose_name='probability')),
                ('expected_close_on', models.DateField(blank=True, null=True, verbose_name='expected to close on')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('amount_base', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='amount in base currency')),
                ('weighted_base', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, help_text="Amount times probability, in the company's currency.", max_digits=20, verbose_name='weighted amount')),
                ('stage_since', models.DateField(editable=False, null=True, verbose_name='in this stage since')),
                ('next_on', models.DateField(editable=False, null=True, verbose_name='next step on')),
                ('closed_on', models.DateField(editable=False, null=True, verbose_name='closed on')),
                ('close_reason', models.CharField(blank=True, choices=[('price', 'Price'), ('competitor', 'Competitor'), ('no_budget', 'No budget'), ('no_need', 'No need'), ('timing', 'Timing'), ('no_answer', 'No answer'), ('other', 'Other')], editable=False, max_length=12, verbose_name='reason lost')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='currency')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='parties.party', verbose_name='customer')),
                ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.territory', verbose_name='territory')),
            ],
            options={
                'verbose_name': 'opportunity',
                'verbose_name_plural': 'opportunities',
            },
        ),
        migrations.AddField(
            model_name='followuptask',
            name='opportunity',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='crm.opportunity', verbose_name='opportunity'),
        ),
        migrations.AddField(
            model_name='cadencerun',
            name='opportunity',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='crm.opportunity', verbose_name='opportunity'),
        ),
        migrations.AddField(
            model_name='activity',
            name='opportunity',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='activities', to='crm.opportunity', verbose_name='opportunity'),
        ),
        migrations.CreateModel(
            name='PoolMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('holding_max', models.PositiveIntegerField(blank=True, help_text='Empty: as the pool says.', null=True, verbose_name='leads held at most')),
                ('is_away', models.BooleanField(default=False, help_text='Gets nothing by rule meanwhile.', verbose_name='away')),
                ('last_given_at', models.DateTimeField(editable=False, null=True, verbose_name='last lead given at')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('pool', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='crm.leadpool', verbose_name='pool')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='member')),
            ],
            options={
                'verbose_name': 'pool member',
                'verbose_name_plural': 'pool members',
                'ordering': ['pool', 'user'],
            },
        ),
        migrations.CreateModel(
            name='ReminderHabit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('before_minutes', models.IntegerField(choices=[(0, 'When it is due'), (15, 'A quarter of an hour before'), (60, 'An hour before'), (180, 'Three hours before'), (1440, 'A day before'), (-1, 'Not at all')], default=60, verbose_name='remind me')),
                ('day_starts_at', models.TimeField(default=datetime.time(9, 0), help_text='In your time zone.', verbose_name='tasks without a time are due at')),
                ('by_mail', models.BooleanField(default=True, verbose_name='also by e-mail')),
                ('quiet_from', models.TimeField(blank=True, default=datetime.time(20, 0), null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, default=datetime.time(7, 0), null=True, verbose_name='quiet until')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'reminder setting',
                'verbose_name_plural': 'reminder settings',
                'ordering': ['user'],
            },
        ),
        migrations.AddConstraint(
            model_name='cadence',
            constraint=models.UniqueConstraint(fields=('company', 'code'), name='cadence_code_once'),
        ),
        migrations.AddConstraint(
            model_name='cadencestep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__lte', 3650), ('rhythm', 'once')), models.Q(('number__gte', 1), ('number__lte', 3650)), _connector='OR'), name='cadence_step_number', violation_error_message='A step that comes again needs at least one day or month, at most ten years.'),
        ),
        migrations.AddConstraint(
            model_name='cadencestep',
            constraint=models.CheckConstraint(condition=models.Q(('month_day__isnull', True), models.Q(('month_day__gte', 1), ('month_day__lte', 31)), _connector='OR'), name='cadence_step_month_day', violation_error_message='A day of the month is between 1 and 31.'),
        ),
        migrations.AddConstraint(
            model_name='cadencestep',
            constraint=models.CheckConstraint(condition=models.Q(('times_max__isnull', True), ('times_max__gte', 1), _connector='OR'), name='cadence_step_times', violation_error_message='At least once.'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user',), name='calendar_feed_one_a_person'),
        ),
        migrations.AddConstraint(
            model_name='leadpool',
            constraint=models.UniqueConstraint(fields=('company', 'code'), name='lead_pool_code_once'),
        ),
        migrations.AddConstraint(
            model_name='leadpool',
            constraint=models.CheckConstraint(condition=models.Q(('value_min__isnull', True), ('value_min__gte', 0), _connector='OR'), name='lead_pool_value', violation_error_message='The value cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='leadpool',
            constraint=models.CheckConstraint(condition=models.Q(('remind_days__isnull', True), ('recycle_days__gte', models.F('remind_days')), _connector='OR'), name='lead_pool_reminder', violation_error_message='The reminder is at most as many days before as it takes to go back.'),
        ),
        migrations.AddConstraint(
            model_name='leadpool',
            constraint=models.CheckConstraint(condition=models.Q(('cool_down_days__lte', 3650), models.Q(('recycle_days__isnull', True), ('recycle_days__lte', 3650), _connector='OR')), name='lead_pool_days', violation_error_message='At most ten years.'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('state__in', ('claimed', 'qualified'))), fields=['owner', 'pool'], name='lead_held'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='lead_phone'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('vat_number', ''), _negated=True), fields=['vat_number'], name='lead_vat_number'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='lead_email'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['name_key'], name='lead_name_key'),
        ),
        migrations.AddIndex(
            model_name='lead',
            index=models.Index(fields=['company', 'territory', 'state'], name='lead_territory'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', 0)), name='lead_value', violation_error_message='The value cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('owner__isnull', True), ('state', 'open')), models.Q(('owner__isnull', False), ('state__in', ('claimed', 'qualified'))), ('state__in', ('converted', 'lost', 'merged')), _connector='OR'), name='lead_held_by_somebody', violation_error_message='A held lead has an owner, an open one has none.'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), ('pool__isnull', False), _connector='OR'), name='lead_waits_in_a_pool', violation_error_message='No pool takes leads of this territory.'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('registry_code', ''), _negated=True), ('state__in', ('open', 'claimed', 'qualified'))), fields=('company', 'country', 'registry_code'), name='lead_registry_code_once'),
        ),
        migrations.AddConstraint(
            model_name='lead',
            constraint=models.UniqueConstraint(condition=models.Q(('duplicate_reason', ''), ('state__in', ('open', 'claimed', 'qualified'))), fields=('company', 'name_key'), name='lead_name_once'),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['user', 'claimed_on', 'pool'], name='claim_day'),
        ),
        migrations.AddIndex(
            model_name='opportunity',
            index=models.Index(fields=['company', 'state', 'expected_close_on'], name='opportunity_stage'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=models.CheckConstraint(condition=models.Q(('probability__isnull', True), models.Q(('probability__gte', 0), ('probability__lte', 100)), _connector='OR'), name='opportunity_probability', violation_error_message='A probability is between 0 and 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='opportunity_amount', violation_error_message='The amount must not be below zero.'),
        ),
        migrations.AddConstraint(
            model_name='opportunity',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'lost'), _negated=True), models.Q(('close_reason', ''), _negated=True), _connector='OR'), name='opportunity_lost_for_a_reason', violation_error_message='Say why it was lost.'),
        ),
        migrations.AddIndex(
            model_name='followuptask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['owner', 'due_on'], name='follow_up_task_mine'),
        ),
        migrations.AddIndex(
            model_name='followuptask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['company', 'due_on'], name='follow_up_task_due'),
        ),
        migrations.AddIndex(
            model_name='followuptask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['lead'], name='follow_up_task_lead'),
        ),
        migrations.AddIndex(
            model_name='followuptask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['opportunity'], name='follow_up_task_deal'),
        ),
        migrations.AddIndex(
            model_name='followuptask',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['party'], name='follow_up_task_party'),
        ),
        migrations.AddIndex(
            model_name='followuptask',
            index=models.Index(fields=['company', 'planned_on'], name='follow_up_task_planned'),
        ),
        migrations.AddConstraint(
            model_name='followuptask',
            constraint=models.CheckConstraint(condition=models.Q(('lead__isnull', False), ('opportunity__isnull', False), ('party__isnull', False), _connector='OR'), name='follow_up_task_subject', violation_error_message='Name the lead, the opportunity or the customer it is about.'),
        ),
        migrations.AddConstraint(
            model_name='followuptask',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ending', ''), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), models.Q(('ending', ''), _negated=True)), _connector='OR'), name='follow_up_task_ended'),
        ),
        migrations.AddConstraint(
            model_name='followuptask',
            constraint=models.UniqueConstraint(condition=models.Q(('run__isnull', False), ('state', 'open')), fields=('run',), name='follow_up_task_one_a_plan'),
        ),
        migrations.AddIndex(
            model_name='cadencerun',
            index=models.Index(fields=['company', 'state'], name='cadence_run_state'),
        ),
        migrations.AddConstraint(
            model_name='cadencerun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lead__isnull', False), ('opportunity__isnull', True), ('party__isnull', True)), models.Q(('lead__isnull', True), ('opportunity__isnull', False), ('party__isnull', True)), models.Q(('lead__isnull', True), ('opportunity__isnull', True), ('party__isnull', False)), _connector='OR'), name='cadence_run_subject', violation_error_message='A plan is about one lead, one opportunity or one customer.'),
        ),
        migrations.AddConstraint(
            model_name='cadencerun',
            constraint=models.UniqueConstraint(condition=models.Q(('lead__isnull', False), ('state__in', ('active', 'paused'))), fields=('cadence', 'lead'), name='cadence_run_lead_once', violation_error_message='This plan is under way here already.'),
        ),
        migrations.AddConstraint(
            model_name='cadencerun',
            constraint=models.UniqueConstraint(condition=models.Q(('opportunity__isnull', False), ('state__in', ('active', 'paused'))), fields=('cadence', 'opportunity'), name='cadence_run_opportunity_once', violation_error_message='This plan is under way here already.'),
        ),
        migrations.AddConstraint(
            model_name='cadencerun',
            constraint=models.UniqueConstraint(condition=models.Q(('party__isnull', False), ('state__in', ('active', 'paused'))), fields=('cadence', 'party'), name='cadence_run_party_once', violation_error_message='This plan is under way here already.'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['party', '-at'], name='activity_party'),
        ),
        migrations.AddIndex(
            model_name='activity',
            index=models.Index(fields=['company', 'at'], name='activity_day'),
        ),
        migrations.AddConstraint(
            model_name='activity',
            constraint=models.CheckConstraint(condition=models.Q(('lead__isnull', False), ('opportunity__isnull', False), ('party__isnull', False), _connector='OR'), name='activity_is_about_something', violation_error_message='Name the lead, the opportunity or the customer it is about.'),
        ),
        migrations.AddConstraint(
            model_name='poolmember',
            constraint=models.UniqueConstraint(fields=('pool', 'user'), name='pool_member_once'),
        ),
    ]
