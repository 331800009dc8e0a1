import django.db.models.deletion
import django.db.models.functions.datetime
import mainspring.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engineering', '0002_initial'),
        ('items', '0002_initial'),
        ('kernel', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PlanMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.BigIntegerField(editable=False, null=True)),
                ('site', models.BigIntegerField(editable=False, null=True)),
                ('company', models.BigIntegerField(editable=False, null=True)),
                ('is_structure', models.BooleanField(default=False, editable=False)),
                ('marked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='marked at')),
            ],
            options={
                'verbose_name': 'plan mark',
                'verbose_name_plural': 'plan marks',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PlanState',
            fields=[
                ('company', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='plan_state', serialize=False, to='kernel.company')),
                ('version', models.BigIntegerField(default=0, editable=False)),
                ('planned_on', models.DateField(editable=False, null=True, verbose_name='planned on')),
                ('current_at', models.DateTimeField(editable=False, null=True, verbose_name='current at')),
                ('nodes', models.PositiveIntegerField(default=0, editable=False, verbose_name='items planned')),
                ('seconds', models.FloatField(default=0, editable=False, verbose_name='seconds')),
                ('snapshot', models.UUIDField(editable=False, null=True)),
                ('snapshot_of', models.BigIntegerField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'state of the plan',
                'verbose_name_plural': 'states of the plan',
            },
        ),
        migrations.CreateModel(
            name='FirmProposal',
            fields=[
                ('identity', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity', verbose_name='proposal')),
                ('why', models.CharField(blank=True, max_length=240, verbose_name='reason')),
                ('firmed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='firmed at')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('firmed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='firmed by')),
            ],
            options={
                'verbose_name': 'firm proposal',
                'verbose_name_plural': 'firm proposals',
            },
        ),
        migrations.CreateModel(
            name='PlanRun',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('ran_on', models.DateField(editable=False, null=True, verbose_name='date')),
                ('planned_items', models.PositiveIntegerField(default=0, editable=False, verbose_name='items')),
                ('new_proposals', models.PositiveIntegerField(default=0, editable=False, verbose_name='new proposals')),
                ('changed_proposals', models.PositiveIntegerField(default=0, editable=False, verbose_name='changed proposals')),
                ('withdrawn_proposals', models.PositiveIntegerField(default=0, editable=False, verbose_name='withdrawn proposals')),
                ('messages', models.JSONField(default=list, editable=False, verbose_name='exceptions')),
                ('message_text', models.TextField(blank=True, editable=False, verbose_name='what needs a person')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('site', models.ForeignKey(blank=True, help_text='Empty: every site.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'planning run',
                'verbose_name_plural': 'planning runs',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PlanWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.BigIntegerField(editable=False)),
                ('item', models.BigIntegerField(editable=False)),
                ('site', models.BigIntegerField(editable=False)),
                ('is_fresh', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'verbose_name': 'reason to be worded',
                'verbose_name_plural': 'reasons to be worded',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('company', 'item', 'site'), name='plan_wording_once')],
            },
        ),
        migrations.CreateModel(
            name='TaskList',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('week', models.DateField(help_text='Any day of it; the Monday is kept.', verbose_name='week')),
                ('hours', models.DecimalField(decimal_places=2, default=0, editable=False, max_digits=14, verbose_name='hours')),
                ('released_at', models.DateTimeField(editable=False, null=True, verbose_name='released at')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.department', verbose_name='department')),
                ('released_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='released by')),
            ],
            options={
                'verbose_name': 'task list',
                'verbose_name_plural': 'task lists',
                'ordering': ['-week', 'department'],
            },
        ),
        migrations.CreateModel(
            name='TaskLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('number', models.CharField(blank=True, editable=False, max_length=40, verbose_name='number')),
                ('sequence', models.PositiveIntegerField(editable=False, verbose_name='sequence')),
                ('name', models.CharField(editable=False, max_length=120, verbose_name='operation')),
                ('on_date', models.DateField(editable=False, verbose_name='day')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, editable=False, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('hours', models.DecimalField(decimal_places=4, editable=False, max_digits=14, verbose_name='hours')),
                ('item', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kernel.documentidentity', verbose_name='order')),
                ('person', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('work_center', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='planning.tasklist', verbose_name='task list')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CenterLoad',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField(editable=False, verbose_name='week')),
                ('hours', models.DecimalField(decimal_places=4, editable=False, max_digits=14, verbose_name='hours')),
                ('work_center', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
            ],
            options={
                'verbose_name': 'planned load',
                'verbose_name_plural': 'planned load',
                'ordering': ['work_center', 'week'],
                'constraints': [models.UniqueConstraint(fields=('work_center', 'week'), name='center_load_once')],
            },
        ),
        migrations.CreateModel(
            name='DemandForecast',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forecasts', to='items.item', verbose_name='item')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'forecast',
                'verbose_name_plural': 'forecasts',
                'ordering': ['starts_on', 'item', 'site'],
                'constraints': [models.UniqueConstraint(fields=('item', 'site', 'starts_on'), name='forecast_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='forecast_positive', violation_error_message='A forecast is above zero.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='forecast_period', violation_error_message='The last day is not before the first.')],
            },
        ),
        migrations.CreateModel(
            name='PlanMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('late', 'Late'), ('expedite', 'Expedite'), ('defer', 'Defer'), ('cancel', 'Cancel'), ('overdue_demand', 'Demand overdue'), ('overdue_receipt', 'Receipt overdue'), ('below_safety', 'Below safety stock'), ('data', 'Planning data')], editable=False, max_length=16, verbose_name='what to do')),
                ('comes_on', models.DateField(editable=False, null=True, verbose_name='comes on')),
                ('needed_on', models.DateField(editable=False, null=True, verbose_name='needed on')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, editable=False, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('note', models.CharField(blank=True, editable=False, max_length=240, verbose_name='note')),
                ('found_at', models.DateTimeField(auto_now_add=True, verbose_name='found at')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='plan_messages', to='kernel.documentidentity', verbose_name='document')),
                ('item', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='plan_messages', to='items.item', verbose_name='item')),
                ('site', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'plan exception',
                'verbose_name_plural': 'plan exceptions',
                'ordering': ['needed_on', 'id'],
                'indexes': [models.Index(fields=['company', 'code', 'needed_on'], name='plan_message_code')],
            },
        ),
        migrations.AddConstraint(
            model_name='tasklist',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('department', 'week'), name='task_list_once', violation_error_message='This week of the department has a task list; release that one again.'),
        ),
    ]
