import mainspring.kernel.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Bom',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('revision', models.CharField(default='A', max_length=12, verbose_name='revision')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, help_text='The first day it no longer holds.', null=True, verbose_name='valid to')),
                ('state', models.CharField(db_index=True, default='released', editable=False, max_length=10, verbose_name='state')),
                ('active', models.BooleanField(default=True, editable=False, verbose_name='active')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('batch_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=1, max_digits=20, unit='item__unit', verbose_name='batch quantity')),
            ],
            options={
                'verbose_name': 'bill of material',
                'verbose_name_plural': 'bills of material',
                'ordering': ['item', 'revision'],
            },
        ),
        migrations.CreateModel(
            name='BomAlternate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('priority', models.PositiveSmallIntegerField(default=1, verbose_name='priority')),
                ('ratio', models.DecimalField(decimal_places=6, default=1, help_text='Units of it for one of the component.', max_digits=12, verbose_name='ratio')),
            ],
            options={
                'verbose_name': 'alternate component',
                'verbose_name_plural': 'alternate components',
                'ordering': ['bom', 'component', 'priority', 'id'],
            },
        ),
        migrations.CreateModel(
            name='BomLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='unit', verbose_name='quantity')),
                ('scrap_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), max_digits=9, verbose_name='scrap')),
                ('is_fixed', models.BooleanField(default=False, help_text="The same quantity whatever the order's.", verbose_name='fixed')),
                ('operation_sequence', models.PositiveIntegerField(blank=True, help_text='Sequence of the routing operation that uses it.', null=True, verbose_name='operation')),
                ('role', models.CharField(choices=[('main', 'Main material'), ('auxiliary', 'Auxiliary material')], default='main', max_length=10, verbose_name='role')),
                ('taking', models.CharField(blank=True, choices=[('', 'As the order says'), ('issue', 'Issued by hand'), ('backflush', 'Taken with the output')], default='', max_length=10, verbose_name='taken')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
            ],
            options={
                'verbose_name': 'component',
                'verbose_name_plural': 'components',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BomOutput',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('kind', models.CharField(choices=[('co', 'Co-product'), ('by', 'By-product')], default='by', max_length=4, verbose_name='kind')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, help_text='From one batch of the bill.', max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('cost_share_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), help_text='The item of the bill bears what is left of the hundred percent.', max_digits=9, verbose_name='share of the cost')),
            ],
            options={
                'verbose_name': 'co-product or by-product',
                'verbose_name_plural': 'co-products and by-products',
                'ordering': ['bom', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CapacityChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, help_text='The first day it is as usual again; empty: from then on.', null=True, verbose_name='until')),
                ('size', models.PositiveSmallIntegerField(blank=True, help_text='Working at once; empty: as usual. Where machines are named, they are the size.', null=True, verbose_name='size')),
                ('efficiency_pct', mainspring.kernel.fields.PercentField(blank=True, decimal_places=4, default=None, help_text='Empty: as usual.', max_digits=9, null=True, verbose_name='efficiency')),
                ('reason', models.CharField(max_length=120, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'change of capacity',
                'verbose_name_plural': 'changes of capacity',
                'ordering': ['-starts_on', 'work_center'],
            },
        ),
        migrations.CreateModel(
            name='ChangeExclusion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('reason', models.CharField(blank=True, max_length=120, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'bill left as it is',
                'verbose_name_plural': 'bills left as they are',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CostRollUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('rolled_up_on', models.DateField(verbose_name='date')),
                ('material', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='material')),
                ('labour', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='labour')),
                ('machine', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='machine hours')),
                ('overhead', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='overhead')),
                ('total', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='cost of one')),
                ('is_missing', models.BooleanField(default=False, verbose_name='a cost is missing')),
            ],
            options={
                'verbose_name': 'cost roll-up',
                'verbose_name_plural': 'cost roll-ups',
                'ordering': ['-rolled_up_on', '-id'],
            },
        ),
        migrations.CreateModel(
            name='CostRollUpLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('level', models.PositiveSmallIntegerField(verbose_name='level')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='item__unit', verbose_name='quantity')),
                ('material', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='material')),
                ('labour', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='labour')),
                ('machine', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='machine hours')),
                ('overhead', mainspring.kernel.fields.PriceField(decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='overhead')),
                ('is_missing', models.BooleanField(default=False, verbose_name='cost missing')),
            ],
            options={
                'verbose_name': 'row of a cost roll-up',
                'verbose_name_plural': 'rows of a cost roll-up',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Downtime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(help_text='The first day it runs again.', verbose_name='until')),
                ('reason', models.CharField(max_length=120, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'downtime',
                'verbose_name_plural': 'downtimes',
                'ordering': ['-starts_on'],
            },
        ),
    ]
