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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            name='ProductionOrder',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('starts_on', models.DateField(blank=True, help_text='Empty: from the due date backwards.', null=True, verbose_name='starts on')),
                ('due_on', models.DateField(blank=True, help_text='Empty: from the start forwards.', null=True, verbose_name='due on')),
                ('expected_on', models.DateField(blank=True, editable=False, null=True, verbose_name='expected on')),
                ('exploded_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=None, editable=False, max_digits=20, null=True, unit='item__unit')),
                ('backflush', models.BooleanField(blank=True, help_text="Components are issued with the output; empty: the company's setting.", null=True, verbose_name='backflush')),
                ('is_planned', models.BooleanField(default=False, editable=False, verbose_name='from the plan')),
                ('reason', models.JSONField(blank=True, default=dict, editable=False, verbose_name='reason data')),
                ('reason_text', models.TextField(blank=True, verbose_name='reason')),
                ('completed_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='completed')),
                ('scrapped_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='scrapped')),
                ('planned_unit_cost', mainspring.kernel.fields.PriceField(decimal_places=6, default=None, editable=False, max_digits=20, null=True, verbose_name='planned unit cost')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('bom', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.bom', verbose_name='bill of material')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('demand', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kernel.documentidentity', verbose_name='for document')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='production_orders', to='items.item', verbose_name='item')),
                ('routing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.routing', verbose_name='routing')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'production order',
                'verbose_name_plural': 'production orders',
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ProductionOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveIntegerField(editable=False, verbose_name='sequence')),
                ('name', models.CharField(editable=False, max_length=120, verbose_name='operation')),
                ('setup_hours', models.DecimalField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=12, verbose_name='set-up hours')),
                ('run_hours_per_unit', models.DecimalField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=14, verbose_name='run hours per unit')),
                ('queue_hours', models.DecimalField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=12, verbose_name='queue hours')),
                ('starts_on', models.DateField(editable=False, null=True, verbose_name='starts on')),
                ('ends_on', models.DateField(editable=False, null=True, verbose_name='ends on')),
                ('good_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='order__item__unit', verbose_name='good')),
                ('scrap_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='order__item__unit', verbose_name='scrap')),
                ('done_hours', models.DecimalField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=14, verbose_name='hours spent')),
                ('work_center', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
                ('order', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='operations', to='production.productionorder', verbose_name='production order')),
            ],
            options={
                'verbose_name': 'operation',
                'verbose_name_plural': 'operations',
                'ordering': ['order', 'sequence'],
            },
        ),
        migrations.CreateModel(
            name='ProductionComponent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('required_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='required')),
                ('operation_sequence', models.PositiveIntegerField(blank=True, null=True, verbose_name='operation')),
                ('needed_on', models.DateField(blank=True, editable=False, null=True, verbose_name='needed on')),
                ('issued_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='issued')),
                ('returned_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='returned')),
                ('bom_line', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='engineering.bomline', verbose_name='line of the bill')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='component')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='production.productionorder', verbose_name='production order')),
            ],
            options={
                'verbose_name': 'component',
                'verbose_name_plural': 'components',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ProductionReport',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('kind', models.CharField(choices=[('issue', 'Components issued'), ('return', 'Components returned'), ('work', 'Work done'), ('output', 'Output received')], default='issue', max_length=8, verbose_name='kind')),
                ('done_on', models.DateField(blank=True, verbose_name='done on')),
                ('good', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=20, unit='order__item__unit', verbose_name='good')),
                ('scrap', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), max_digits=20, unit='order__item__unit', verbose_name='scrap')),
                ('scrap_reason', models.CharField(blank=True, max_length=120, verbose_name='reason of the scrap')),
                ('hours', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='hours')),
                ('cost', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='cost')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('operation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='production.productionoperation', verbose_name='operation')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='production.productionorder', verbose_name='production order')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'shop report',
                'verbose_name_plural': 'shop reports',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='ProductionReportLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('component', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='report_lines', to='production.productioncomponent', verbose_name='component')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='production.productionreport', verbose_name='shop report')),
                ('item', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
            ],
            options={
                'verbose_name': 'reported component',
                'verbose_name_plural': 'reported components',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CapacityBooking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('done', 'Done')], editable=False, max_length=8, verbose_name='state')),
                ('on_date', models.DateField(editable=False, verbose_name='date')),
                ('hours', models.DecimalField(decimal_places=4, editable=False, max_digits=14, verbose_name='hours')),
                ('good', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, verbose_name='good')),
                ('scrap', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, verbose_name='scrap')),
                ('cost', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='cost')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('origin', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.documentidentity', verbose_name='document')),
                ('person', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('work_center', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
                ('operation', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='production.productionoperation', verbose_name='operation')),
            ],
            options={
                'verbose_name': 'capacity booking',
                'verbose_name_plural': 'capacity bookings',
                'ordering': ['on_date', 'id'],
                'indexes': [models.Index(fields=['work_center', 'state', 'on_date'], name='booking_center_day')],
            },
        ),
        migrations.AddIndex(
            model_name='productionorder',
            index=models.Index(fields=['company', 'state', 'due_on'], name='production_order_state'),
        ),
        migrations.AddConstraint(
            model_name='productionorder',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='production_quantity', violation_error_message='The quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='productionorder',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('due_on__isnull', True), ('due_on__gte', models.F('starts_on')), _connector='OR'), name='production_dates', violation_error_message='An order cannot be due before it starts.'),
        ),
        migrations.AddConstraint(
            model_name='productionoperation',
            constraint=models.UniqueConstraint(fields=('order', 'sequence'), name='production_operation_once'),
        ),
        migrations.AddConstraint(
            model_name='productioncomponent',
            constraint=models.CheckConstraint(condition=models.Q(('required_quantity__gt', 0)), name='component_quantity', violation_error_message='The quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='productionreport',
            constraint=models.CheckConstraint(condition=models.Q(('good__gte', 0), ('scrap__gte', 0)), name='report_not_negative', violation_error_message='Quantities cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='productionreport',
            constraint=models.CheckConstraint(condition=models.Q(('hours__isnull', True), models.Q(('hours__gte', 0), ('hours__lte', 10000)), _connector='OR'), name='report_hours', violation_error_message='Between 0 and 10,000 hours in one report.'),
        ),
        migrations.AddConstraint(
            model_name='productionreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'work'), _negated=True), ('operation__isnull', False), _connector='OR'), name='report_work_operation', violation_error_message='Say which operation was worked on.'),
        ),
        migrations.AddConstraint(
            model_name='productionreportline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='report_line_positive', violation_error_message='The quantity must be above zero.'),
        ),
    ]
