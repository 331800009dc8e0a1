import django.db.models.deletion
import mainspring.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounting', '0002_initial'),
        ('items', '0002_initial'),
        ('kernel', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Location',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=24, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('kind', models.CharField(choices=[('internal', 'Storage'), ('quarantine', 'Quarantine'), ('transit', 'In transit'), ('customer', 'Customers'), ('supplier', 'Suppliers'), ('production', 'Production'), ('adjustment', 'Adjustment'), ('scrap', 'Scrap')], default='internal', max_length=12, verbose_name='kind')),
                ('is_default', models.BooleanField(default=False, help_text='Goods of this kind go here unless another place is named.', verbose_name='default')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='locations', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'location',
                'verbose_name_plural': 'locations',
                'ordering': ['site', 'code'],
            },
        ),
        migrations.CreateModel(
            name='MoveTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('quantity', models.DecimalField(decimal_places=6, max_digits=24)),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company')),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item')),
                ('location', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.location')),
            ],
            options={
                'verbose_name': 'move total',
                'verbose_name_plural': 'move totals',
            },
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin_line', models.BigIntegerField(editable=False, null=True)),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, editable=False, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('item', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='items.item', verbose_name='item')),
                ('location', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='stock.location', verbose_name='location')),
                ('origin', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='kernel.documentidentity', verbose_name='document')),
            ],
            options={
                'verbose_name': 'reservation',
                'verbose_name_plural': 'reservations',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='StockAdjustment',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('kind', models.CharField(choices=[('adjust', 'Adjustment'), ('scrap', 'Scrap')], default='adjust', max_length=8, verbose_name='kind')),
                ('adjusted_on', models.DateField(blank=True, null=True, verbose_name='date')),
                ('reason', models.CharField(max_length=240, verbose_name='reason')),
                ('total', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='total')),
                ('total_base', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='total in base currency')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'stock adjustment',
                'verbose_name_plural': 'stock adjustments',
            },
        ),
        migrations.CreateModel(
            name='StockAdjustmentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('unit_cost', mainspring.kernel.fields.PriceField(blank=True, decimal_places=6, default=None, help_text='For goods added; empty means the current cost.', max_digits=20, null=True, verbose_name='unit cost')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='stock.stockadjustment', verbose_name='stock adjustment')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.location', verbose_name='location')),
            ],
            options={
                'verbose_name': 'adjustment line',
                'verbose_name_plural': 'adjustment lines',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StockBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='on hand')),
                ('reserved', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='reserved')),
                ('item', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='items.item', verbose_name='item')),
                ('location', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='stock.location', verbose_name='location')),
            ],
            options={
                'verbose_name': 'stock on hand',
                'verbose_name_plural': 'stock on hand',
                'ordering': ['item', 'location'],
            },
        ),
        migrations.CreateModel(
            name='StockCount',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('counted_on', models.DateField(blank=True, null=True, verbose_name='counted on')),
                ('reason', models.CharField(blank=True, max_length=240, verbose_name='reason')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'stock count',
                'verbose_name_plural': 'stock counts',
            },
        ),
        migrations.CreateModel(
            name='StockCountLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('counted_quantity', mainspring.kernel.fields.QuantityField(blank=True, decimal_places=6, default=None, max_digits=20, null=True, unit='item__unit', verbose_name='counted')),
                ('book_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=None, editable=False, max_digits=20, null=True, unit='item__unit', verbose_name='in the books')),
                ('counted_at', models.DateTimeField(editable=False, null=True, verbose_name='counted at')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='stock.stockcount', verbose_name='stock count')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('location', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.location', verbose_name='location')),
            ],
            options={
                'verbose_name': 'count line',
                'verbose_name_plural': 'count lines',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='StockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('planned', 'Planned'), ('done', 'Done')], default='planned', editable=False, max_length=8, verbose_name='state')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, editable=False, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('planned_on', models.DateField(editable=False, null=True, verbose_name='planned on')),
                ('is_forecast', models.BooleanField(db_default=False, default=False, editable=False, verbose_name='forecast')),
                ('effective_on', models.DateField(editable=False, null=True, verbose_name='done on')),
                ('effective_at', models.DateTimeField(editable=False, null=True)),
                ('unit_cost', mainspring.kernel.fields.PriceField(decimal_places=6, default=None, editable=False, max_digits=20, null=True, verbose_name='unit cost')),
                ('origin_line', models.BigIntegerField(editable=False, null=True)),
                ('reference', models.CharField(blank=True, default='', editable=False, max_length=80, verbose_name='reference')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('from_location', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.location', verbose_name='from')),
                ('item', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='items.item', verbose_name='item')),
                ('of_move', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='taken_back_by', to='stock.stockmove', verbose_name='takes back')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_moves', to='kernel.documentidentity', verbose_name='document')),
                ('to_location', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='stock.location', verbose_name='to')),
            ],
            options={
                'verbose_name': 'stock move',
                'verbose_name_plural': 'stock moves',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='StockValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(editable=False, max_length=24)),
                ('kind', models.CharField(choices=[('receipt', 'Receipt'), ('issue', 'Issue'), ('customer_return', 'Customer return'), ('supplier_return', 'Supplier return'), ('charge', 'Charge'), ('standard_change', 'Standard cost change')], editable=False, max_length=16, verbose_name='kind')),
                ('adjusts', models.BooleanField(default=False, editable=False, verbose_name='adjustment')),
                ('effective_at', models.DateTimeField(editable=False)),
                ('posted_on', models.DateField(editable=False, verbose_name='posted on')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('stock', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='value')),
                ('cost_of_sales', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='cost')),
                ('variance', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='variance')),
                ('revaluation', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='revaluation')),
                ('unit_cost', mainspring.kernel.fields.PriceField(decimal_places=6, default=None, editable=False, max_digits=20, null=True, verbose_name='unit cost')),
                ('company', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('entry', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_values', to='accounting.journalentry', verbose_name='journal entry')),
                ('item', models.ForeignKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('move', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='values', to='stock.stockmove', verbose_name='stock move')),
                ('of_move', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='later_values', to='stock.stockmove', verbose_name='earlier move')),
                ('origin', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stock_values', to='kernel.documentidentity', verbose_name='document')),
            ],
            options={
                'verbose_name': 'stock value',
                'verbose_name_plural': 'stock values',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('ship_on', models.DateField(blank=True, null=True, verbose_name='ship on')),
                ('receive_on', models.DateField(blank=True, null=True, verbose_name='receive on')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('from_site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='from site')),
                ('to_site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='to site')),
            ],
            options={
                'verbose_name': 'stock transfer',
                'verbose_name_plural': 'stock transfers',
            },
        ),
        migrations.CreateModel(
            name='TransferLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='stock.transfer', verbose_name='stock transfer')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('kept_for', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kernel.documentidentity', verbose_name='kept for')),
                ('needed_for', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='kernel.documentidentity', verbose_name='needed for')),
            ],
            options={
                'verbose_name': 'transfer line',
                'verbose_name_plural': 'transfer lines',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CostBalance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('method', models.CharField(editable=False, max_length=10, verbose_name='cost method')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=Decimal('0'), editable=False, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('value', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='value')),
                ('last_unit_cost', mainspring.kernel.fields.PriceField(decimal_places=12, default=None, editable=False, max_digits=28, null=True, verbose_name='last unit cost')),
                ('standard', mainspring.kernel.fields.PriceField(decimal_places=6, default=None, editable=False, max_digits=20, null=True, verbose_name='standard cost')),
                ('layers', models.JSONField(default=list, editable=False)),
                ('last_at', models.DateTimeField(editable=False, null=True)),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('item', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='cost_balances', to='items.item', verbose_name='item')),
            ],
            options={
                'verbose_name': 'item cost',
                'verbose_name_plural': 'item costs',
                'ordering': ['item'],
                'constraints': [models.UniqueConstraint(fields=('company', 'item'), name='cost_balance_once'), models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='cost_balance_not_negative')],
            },
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='location_code_once'),
        ),
        migrations.AddConstraint(
            model_name='location',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('site', 'kind'), name='location_default_once', violation_error_message='The site already has a default place of this kind.'),
        ),
        migrations.AddIndex(
            model_name='movetotal',
            index=models.Index(fields=['company', 'month'], name='move_total_month'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('origin', 'origin_line', 'item', 'location'), name='reservation_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='reservation_above_zero'),
        ),
        migrations.AddConstraint(
            model_name='stockadjustmentline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='adjustment_not_zero', violation_error_message='The quantity must not be zero.'),
        ),
        migrations.AddConstraint(
            model_name='stockadjustmentline',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost__isnull', True), ('unit_cost__gte', 0), _connector='OR'), name='adjustment_cost', violation_error_message='A cost cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='stockbalance',
            constraint=models.UniqueConstraint(fields=('item', 'location'), name='balance_once'),
        ),
        migrations.AddConstraint(
            model_name='stockbalance',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 0)), name='balance_not_negative', violation_error_message='There is not enough in stock.'),
        ),
        migrations.AddConstraint(
            model_name='stockbalance',
            constraint=models.CheckConstraint(condition=models.Q(('reserved__gte', 0), ('reserved__lte', models.F('quantity'))), name='balance_reserved_on_hand', violation_error_message='What is reserved for others cannot be taken.'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.CheckConstraint(condition=models.Q(('counted_quantity__isnull', True), ('counted_quantity__gte', 0), _connector='OR'), name='count_not_negative', violation_error_message='The quantity must not be below zero.'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['company', 'item', 'effective_at', 'id'], name='move_item_done'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['company', 'effective_on'], name='move_day_done'),
        ),
        migrations.AddIndex(
            model_name='stockmove',
            index=models.Index(condition=models.Q(('state', 'planned')), fields=['company', 'item', 'planned_on'], name='move_item_planned'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='move_above_zero', violation_error_message='The quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('from_location', models.F('to_location')), _negated=True), name='move_goes_somewhere', violation_error_message='Goods must go from one place to another.'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(('is_forecast', False), ('state', 'planned'), _connector='OR'), name='move_forecast_planned'),
        ),
        migrations.AddConstraint(
            model_name='stockmove',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('effective_at__isnull', False), ('effective_on__isnull', False), ('state', 'done')), models.Q(('effective_on__isnull', True), ('planned_on__isnull', False), ('state', 'planned')), _connector='OR'), name='move_dated'),
        ),
        migrations.AddIndex(
            model_name='stockvalue',
            index=models.Index(fields=['company', 'item', 'posted_on'], include=('stock', 'quantity'), name='stock_value_item_day'),
        ),
        migrations.AddIndex(
            model_name='stockvalue',
            index=models.Index(fields=['company', 'item', 'event'], name='stock_value_event'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('from_site', models.F('to_site')), _negated=True), name='transfer_goes_somewhere', violation_error_message='Goods must go to another site.'),
        ),
        migrations.AddConstraint(
            model_name='transferline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='transfer_line_above_zero', violation_error_message='The quantity must be above zero.'),
        ),
    ]
