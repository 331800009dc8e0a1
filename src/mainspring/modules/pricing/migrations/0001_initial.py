import django.contrib.postgres.constraints
import django.db.models.deletion
import mainspring.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('items', '0001_initial'),
        ('kernel', '0001_initial'),
        ('organization', '0001_initial'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PriceList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('kind', models.CharField(choices=[('sale', 'Sales'), ('purchase', 'Purchase'), ('between', 'Between our companies')], default='sale', max_length=10, verbose_name='kind')),
                ('is_default', models.BooleanField(default=False, help_text='Used for parties that have no list of their own.', verbose_name='default')),
                ('markup_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=0, help_text='Added to the cost of the company named.', max_digits=9, verbose_name='markup')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('cost_of', models.ForeignKey(blank=True, help_text='What has no price in the list costs what it costs this company.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='at the cost of')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='currency')),
            ],
            options={
                'verbose_name': 'price list',
                'verbose_name_plural': 'price lists',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('minimum_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, default=0, max_digits=20, unit='unit', verbose_name='from quantity')),
                ('price', mainspring.kernel.fields.PriceField(currency='price_list__currency', decimal_places=6, default=Decimal('0'), max_digits=20, verbose_name='price')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, help_text='The first day it no longer holds.', null=True, verbose_name='ends on')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='items.item', verbose_name='item')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='unit')),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='pricing.pricelist', verbose_name='price list')),
            ],
            options={
                'verbose_name': 'price',
                'verbose_name_plural': 'prices',
                'ordering': ['price_list', 'item', 'unit', 'minimum_quantity', 'starts_on'],
            },
        ),
        migrations.CreateModel(
            name='PartyPriceList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('priority', models.PositiveSmallIntegerField(default=1, verbose_name='priority')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='price_lists', to='parties.party', verbose_name='party')),
                ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parties', to='pricing.pricelist', verbose_name='price list')),
            ],
            options={
                'verbose_name': 'price list of a party',
                'verbose_name_plural': 'price lists of parties',
                'ordering': ['party', 'priority'],
            },
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('cost_of__isnull', True), ('kind', 'between'), _connector='OR'), name='price_list_at_cost', violation_error_message='Only prices between our companies follow from the cost of one of them.'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('markup_pct__gte', 0)), name='price_list_markup', violation_error_message='A price or quantity cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.CheckConstraint(condition=models.Q(('is_default', False), models.Q(('kind', 'between'), _negated=True), _connector='OR'), name='price_list_between', violation_error_message='Prices between our companies are for parties that have this list alone.'),
        ),
        migrations.AddConstraint(
            model_name='pricelist',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('kind', 'currency'), name='price_list_default_once'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_quantity__gte', 0), ('price__gte', 0)), name='price_not_negative', violation_error_message='A price or quantity cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=models.CheckConstraint(condition=models.Q(('starts_on__isnull', True), ('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='price_period', violation_error_message='A price must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='price',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('price_list'), models.F('price_list'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('item'), models.F('item'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('unit'), models.F('unit'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('minimum_quantity'), models.F('minimum_quantity'), models.Value('[]'), function='numrange'), '&&'), (models.Func(models.F('starts_on'), models.F('ends_on'), function='daterange'), '&&')], name='price_one_a_day', violation_error_message='Another price for the same item, unit and quantity holds on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='partypricelist',
            constraint=models.UniqueConstraint(fields=('party', 'price_list'), name='party_price_list_once'),
        ),
    ]
