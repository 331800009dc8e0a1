import mainspring.kernel.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('names', models.JSONField(blank=True, default=dict, help_text='Names in other languages by language code.', verbose_name='translations')),
                ('kind', models.CharField(choices=[('stock', 'Stocked'), ('service', 'Service'), ('phantom', 'Phantom')], default='stock', max_length=10, verbose_name='kind')),
                ('make_or_buy', models.CharField(choices=[('buy', 'Bought'), ('make', 'Made')], default='buy', max_length=6, verbose_name='make or buy')),
                ('barcode', models.CharField(blank=True, max_length=40, verbose_name='barcode')),
                ('weight_kg', models.DecimalField(blank=True, decimal_places=6, max_digits=14, null=True, verbose_name='weight (kg)')),
                ('cost_method', models.CharField(choices=[('average', 'Moving average'), ('fifo', 'First in, first out'), ('standard', 'Standard cost')], default='average', max_length=10, verbose_name='cost method')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'item',
                'verbose_name_plural': 'items',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ItemCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
            ],
            options={
                'verbose_name': 'item category',
                'verbose_name_plural': 'item categories',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ItemCost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('standard_cost', mainspring.kernel.fields.PriceField(currency='company__base_currency', decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='standard cost')),
                ('rolled_up_on', models.DateField(blank=True, editable=False, null=True, verbose_name='rolled up on')),
            ],
            options={
                'verbose_name': 'standard cost',
                'verbose_name_plural': 'standard costs',
                'ordering': ['item'],
            },
        ),
        migrations.CreateModel(
            name='ItemSite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('policy', models.CharField(choices=[('mrp', 'Material requirements planning'), ('mto', 'To order'), ('reorder', 'Reorder point'), ('none', 'Not planned')], default='mrp', max_length=10, verbose_name='planning policy')),
                ('lead_time_days', models.PositiveIntegerField(default=0, verbose_name='lead time (days)')),
                ('safety_stock', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, max_digits=20, unit='item__unit', verbose_name='safety stock')),
                ('reorder_point', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, max_digits=20, unit='item__unit', verbose_name='reorder point')),
                ('reorder_to', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, max_digits=20, unit='item__unit', verbose_name='order up to')),
                ('lot_rule', models.CharField(choices=[('lot_for_lot', 'Lot for lot'), ('fixed', 'Fixed quantity'), ('period', 'Days of need')], default='lot_for_lot', max_length=12, verbose_name='lot sizing')),
                ('lot_size', mainspring.kernel.fields.QuantityField(blank=True, decimal_places=6, help_text='The fixed quantity, or the number of days of need.', max_digits=20, null=True, unit='item__unit', verbose_name='lot size')),
                ('minimum', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, max_digits=20, unit='item__unit', verbose_name='minimum')),
                ('multiple', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, max_digits=20, unit='item__unit', verbose_name='multiple')),
                ('maximum', mainspring.kernel.fields.QuantityField(blank=True, decimal_places=6, max_digits=20, null=True, unit='item__unit', verbose_name='maximum')),
                ('demand_fence_days', models.PositiveIntegerField(default=0, help_text='So many days ahead only orders count, no forecast.', verbose_name='demand fence (days)')),
                ('planning_fence_days', models.PositiveIntegerField(default=0, help_text='So many days ahead nothing new is proposed; only people change the plan there.', verbose_name='planning fence (days)')),
                ('transit_days', models.PositiveIntegerField(default=0, help_text='Working days of this site on the way from there.', verbose_name='transit time (days)')),
                ('transfer_cost', mainspring.kernel.fields.PriceField(currency='site__company__base_currency', decimal_places=6, default=0, help_text='For one unit.', max_digits=20, verbose_name='cost of the way')),
            ],
            options={
                'verbose_name': 'item planning',
                'verbose_name_plural': 'item planning',
                'ordering': ['item', 'site'],
            },
        ),
        migrations.CreateModel(
            name='ItemUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('numerator', models.BigIntegerField(default=1, verbose_name='numerator')),
                ('denominator', models.BigIntegerField(default=1, verbose_name='denominator')),
                ('barcode', models.CharField(blank=True, max_length=40, verbose_name='barcode')),
            ],
            options={
                'verbose_name': 'item unit',
                'verbose_name_plural': 'item units',
                'ordering': ['item', 'unit'],
            },
        ),
    ]
