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
                ('active', models.BooleanField(default=True, verbose_name='active')),
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
            name='BomLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, max_digits=20, unit='unit', verbose_name='quantity')),
                ('scrap_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), max_digits=9, verbose_name='scrap')),
                ('is_fixed', models.BooleanField(default=False, help_text='Needed once an order, whatever its quantity.', verbose_name='fixed')),
                ('operation_sequence', models.PositiveIntegerField(blank=True, null=True, verbose_name='operation')),
                ('note', models.CharField(blank=True, max_length=120, verbose_name='note')),
            ],
            options={
                'verbose_name': 'component',
                'verbose_name_plural': 'components',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Routing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('revision', models.CharField(default='A', max_length=12, verbose_name='revision')),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, help_text='The first day it no longer holds.', null=True, verbose_name='valid to')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('note', models.TextField(blank=True, verbose_name='note')),
            ],
            options={
                'verbose_name': 'routing',
                'verbose_name_plural': 'routings',
                'ordering': ['item', 'revision'],
            },
        ),
        migrations.CreateModel(
            name='RoutingOperation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('sequence', models.PositiveIntegerField(default=10, verbose_name='sequence')),
                ('name', models.CharField(max_length=120, verbose_name='operation')),
                ('setup_hours', models.DecimalField(decimal_places=4, default=0, max_digits=12, verbose_name='set-up hours')),
                ('run_hours_per_unit', models.DecimalField(decimal_places=6, default=0, max_digits=14, verbose_name='run hours per unit')),
                ('queue_hours', models.DecimalField(decimal_places=4, default=0, max_digits=12, verbose_name='queue hours')),
            ],
            options={
                'verbose_name': 'operation',
                'verbose_name_plural': 'operations',
                'ordering': ['sequence', 'id'],
            },
        ),
        migrations.CreateModel(
            name='WorkCenter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('size', models.PositiveSmallIntegerField(default=1, help_text='Machines or people working at once.', verbose_name='size')),
                ('efficiency_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=100, max_digits=9, verbose_name='efficiency')),
                ('hourly_cost', mainspring.kernel.fields.MoneyField(currency='site__company__base_currency', decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='hourly cost')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'work center',
                'verbose_name_plural': 'work centers',
                'ordering': ['code'],
            },
        ),
    ]
