import django.contrib.postgres.constraints
import django.db.models.deletion
import mainspring.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engineering', '0002_initial'),
        ('items', '0002_initial'),
        ('kernel', '0001_initial'),
        ('production', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('seconds', models.PositiveIntegerField(default=20, help_text='The longer it searches, the cheaper the schedule.', verbose_name='time to search (s)')),
                ('proposal_weeks', models.PositiveSmallIntegerField(default=3, help_text='Proposals of the plan that start by then; 0: none.', verbose_name='proposals within (weeks)')),
                ('earlier_days', models.PositiveSmallIntegerField(default=5, help_text='Than the order says, when its material is there.', verbose_name='may start earlier by (days)')),
                ('horizon_days', models.PositiveSmallIntegerField(default=30, help_text='What is ready later is earned later.', verbose_name='contribution counts within (days)')),
                ('late_cost_a_day', mainspring.kernel.fields.MoneyField(currency='site__company__base_currency', decimal_places=4, default=Decimal('100'), help_text='Of an order of priority 5; each step before it counts half as much again.', max_digits=20, verbose_name='cost of a day late')),
                ('holding_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('12'), help_text='Of what an order costs, between its start and end.', max_digits=9, verbose_name='holding cost a year')),
                ('is_backward', models.BooleanField(default=False, help_text='From the due dates backwards, never before now.', verbose_name='as late as possible')),
                ('starts_at', models.DateTimeField(editable=False, null=True, verbose_name='scheduled from')),
                ('solved_at', models.DateTimeField(editable=False, null=True, verbose_name='computed at')),
                ('taken_over_at', models.DateTimeField(editable=False, null=True, verbose_name='taken over at')),
                ('taken_over_revision', models.PositiveIntegerField(default=0, editable=False)),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('operations_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='operations')),
                ('late_count', models.PositiveIntegerField(default=0, editable=False, verbose_name='late orders')),
                ('cost', models.JSONField(default=dict, editable=False)),
                ('due_date_cost', models.JSONField(default=dict, editable=False)),
                ('problems', models.JSONField(default=list, editable=False)),
                ('facts', models.JSONField(default=dict, editable=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('job', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kernel.jobrun')),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='schedule', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'schedule',
                'verbose_name_plural': 'schedules',
                'ordering': ['site'],
            },
        ),
        migrations.CreateModel(
            name='AgreedTime',
            fields=[
                ('operation', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='agreed_time', serialize=False, to='production.productionoperation', verbose_name='operation')),
                ('starts_at', models.DateTimeField(editable=False, verbose_name='starts at')),
                ('ends_at', models.DateTimeField(editable=False, verbose_name='ends at')),
                ('due_on', models.DateField(editable=False, verbose_name='due on')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, editable=False, max_digits=20, verbose_name='quantity')),
                ('work_center', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
                ('schedule', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='agreed', to='scheduling.schedule')),
            ],
            options={
                'verbose_name': 'agreed time',
                'verbose_name_plural': 'agreed times',
                'ordering': ['schedule', 'starts_at'],
            },
        ),
        migrations.CreateModel(
            name='ScheduleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveIntegerField(editable=False)),
                ('text', models.CharField(editable=False, max_length=300, verbose_name='what')),
                ('before', models.JSONField(default=list, editable=False)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('is_undone', models.BooleanField(default=False, editable=False, verbose_name='undone')),
                ('person', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('schedule', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='scheduling.schedule')),
            ],
            options={
                'verbose_name': 'change of the schedule',
                'verbose_name_plural': 'changes of the schedule',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ScheduledOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(editable=False, verbose_name='sequence')),
                ('name', models.CharField(editable=False, max_length=120, verbose_name='operation')),
                ('place', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='place')),
                ('piece', models.PositiveSmallIntegerField(editable=False, null=True)),
                ('starts_at', models.DateTimeField(editable=False, verbose_name='starts at')),
                ('ends_at', models.DateTimeField(editable=False, verbose_name='ends at')),
                ('minutes', models.PositiveIntegerField(editable=False, verbose_name='minutes of work')),
                ('setup_minutes', models.PositiveIntegerField(default=0, editable=False, verbose_name='minutes of change-over')),
                ('mode', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('is_pinned', models.BooleanField(default=False, editable=False, verbose_name='pinned')),
                ('is_started', models.BooleanField(default=False, editable=False, verbose_name='started')),
                ('is_outside', models.BooleanField(default=False, editable=False, verbose_name='at the supplier')),
                ('machine', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.machine', verbose_name='machine')),
                ('operation', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='scheduled', to='production.productionoperation', verbose_name='operation')),
                ('order', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='scheduled', to='production.productionorder', verbose_name='production order')),
                ('person', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('schedule', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='scheduling.schedule')),
                ('tool', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.tool', verbose_name='tool')),
                ('work_center', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
            ],
            options={
                'verbose_name': 'scheduled operation',
                'verbose_name_plural': 'scheduled operations',
                'ordering': ['schedule', 'starts_at'],
            },
        ),
        migrations.CreateModel(
            name='ScheduledOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(editable=False, verbose_name='starts at')),
                ('ends_at', models.DateTimeField(editable=False, verbose_name='ends at')),
                ('late_from', models.DateTimeField(editable=False, verbose_name='late from')),
                ('late_minutes', models.PositiveIntegerField(default=0, editable=False, verbose_name='minutes late')),
                ('value', mainspring.kernel.fields.MoneyField(decimal_places=4, default=0, editable=False, max_digits=20, verbose_name='contribution')),
                ('causes', models.JSONField(default=list, editable=False)),
                ('facts', models.CharField(default='', editable=False, max_length=32)),
                ('order', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='scheduled_orders', to='production.productionorder', verbose_name='production order')),
                ('schedule', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='scheduling.schedule')),
            ],
            options={
                'verbose_name': 'scheduled order',
                'verbose_name_plural': 'scheduled orders',
                'ordering': ['schedule', '-late_minutes'],
            },
        ),
        migrations.CreateModel(
            name='SetupFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'set-up family',
                'verbose_name_plural': 'set-up families',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ItemFamily',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('work_center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
                ('family', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='scheduling.setupfamily', verbose_name='set-up family')),
            ],
            options={
                'verbose_name': 'set-up family of an item',
                'verbose_name_plural': 'set-up families of items',
                'ordering': ['work_center', 'item'],
            },
        ),
        migrations.CreateModel(
            name='Changeover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('minutes', models.PositiveIntegerField(default=0, verbose_name='minutes')),
                ('is_allowed', models.BooleanField(default=True, help_text='No: one never follows the other on this work center.', verbose_name='is allowed')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('work_center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changeovers', to='engineering.workcenter', verbose_name='work center')),
                ('from_family', models.ForeignKey(blank=True, help_text='Empty: any other.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='left_in', to='scheduling.setupfamily', verbose_name='from family')),
                ('to_family', models.ForeignKey(blank=True, help_text='Empty: any other.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entered_in', to='scheduling.setupfamily', verbose_name='to family')),
            ],
            options={
                'verbose_name': 'change-over',
                'verbose_name_plural': 'change-overs',
                'ordering': ['work_center', 'from_family', 'to_family'],
            },
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('earlier_days__lte', 365), ('proposal_weeks__lte', 52), ('seconds__gte', 1), ('seconds__lte', 3600), ('horizon_days__gte', 1), ('horizon_days__lte', 730), ('late_cost_a_day__gte', 0)), name='schedule_settings', violation_error_message='Search 1 to 3600 seconds, proposals of at most 52 weeks, 365 days earlier.'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('holding_pct__gte', 0), ('holding_pct__lte', 1000)), name='schedule_holding', violation_error_message='The holding cost is from 0 to 1,000 percent.'),
        ),
        migrations.AddConstraint(
            model_name='agreedtime',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='agreed_time_ends'),
        ),
        migrations.AddIndex(
            model_name='scheduledoperation',
            index=models.Index(fields=['schedule', 'starts_at'], name='scheduled_operation_start'),
        ),
        migrations.AddConstraint(
            model_name='scheduledoperation',
            constraint=models.UniqueConstraint(fields=('schedule', 'order', 'sequence'), name='scheduled_operation_once'),
        ),
        migrations.AddConstraint(
            model_name='scheduledoperation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='scheduled_operation_ends'),
        ),
        migrations.AddConstraint(
            model_name='scheduledoperation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_outside', False), ('machine__isnull', False)), expressions=[(models.Func(models.F('machine'), models.F('machine'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('starts_at'), models.F('ends_at'), function='tstzrange'), '&&')], name='scheduled_machine_free', violation_error_message='The machine does another operation then.'),
        ),
        migrations.AddConstraint(
            model_name='scheduledoperation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('is_outside', False), ('machine__isnull', True)), expressions=[(models.Func(models.F('work_center'), models.F('work_center'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('place'), models.F('place'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('starts_at'), models.F('ends_at'), function='tstzrange'), '&&')], name='scheduled_place_free', violation_error_message='The work center is full then.'),
        ),
        migrations.AddConstraint(
            model_name='scheduledoperation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('person__isnull', False)), expressions=[(models.Func(models.F('person'), models.F('person'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('starts_at'), models.F('ends_at'), function='tstzrange'), '&&')], name='scheduled_person_free', violation_error_message='The person does another operation then.'),
        ),
        migrations.AddConstraint(
            model_name='scheduledoperation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('piece__isnull', False), ('tool__isnull', False)), expressions=[(models.Func(models.F('tool'), models.F('tool'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('piece'), models.F('piece'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('starts_at'), models.F('ends_at'), function='tstzrange'), '&&')], name='scheduled_tool_free', violation_error_message='The tool is used then.'),
        ),
        migrations.AddConstraint(
            model_name='scheduledorder',
            constraint=models.UniqueConstraint(fields=('schedule', 'order'), name='scheduled_order_once'),
        ),
        migrations.AddConstraint(
            model_name='itemfamily',
            constraint=models.UniqueConstraint(fields=('work_center', 'item'), name='item_family_once'),
        ),
        migrations.AddConstraint(
            model_name='changeover',
            constraint=models.UniqueConstraint(fields=('work_center', 'from_family', 'to_family'), name='changeover_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='changeover',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__lte', 10080)), name='changeover_minutes', violation_error_message='A change-over takes at most a week.'),
        ),
    ]
