from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('kind', models.CharField(choices=[('asset', 'Asset'), ('liability', 'Liability'), ('equity', 'Equity'), ('income', 'Income'), ('expense', 'Expense')], max_length=10, verbose_name='kind')),
                ('role', models.CharField(blank=True, choices=[('receivable', 'Receivable'), ('payable', 'Payable'), ('prepayment', 'Prepayment'), ('bank', 'Bank'), ('cash', 'Cash'), ('stock', 'Stock'), ('grni', 'Goods received, not invoiced'), ('wip', 'Work in progress'), ('cogs', 'Cost of sales'), ('sales', 'Sales'), ('purchase_expense', 'Purchased services and expenses'), ('price_variance', 'Purchase price variance'), ('production_variance', 'Production variance'), ('conversion_absorbed', 'Conversion cost absorbed'), ('stock_adjustment', 'Stock adjustment'), ('tax_input', 'Input tax'), ('tax_output', 'Output tax'), ('exchange_gain', 'Exchange gain'), ('exchange_loss', 'Exchange loss'), ('rounding', 'Rounding'), ('bad_debt', 'Bad debts'), ('retained_earnings', 'Retained earnings')], default='', help_text='Documents of the company find the account by its role.', max_length=24, verbose_name='role')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'account',
                'verbose_name_plural': 'chart of accounts',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='AccountRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('role', models.CharField(choices=[('receivable', 'Receivable'), ('payable', 'Payable'), ('prepayment', 'Prepayment'), ('bank', 'Bank'), ('cash', 'Cash'), ('stock', 'Stock'), ('grni', 'Goods received, not invoiced'), ('wip', 'Work in progress'), ('cogs', 'Cost of sales'), ('sales', 'Sales'), ('purchase_expense', 'Purchased services and expenses'), ('price_variance', 'Purchase price variance'), ('production_variance', 'Production variance'), ('conversion_absorbed', 'Conversion cost absorbed'), ('stock_adjustment', 'Stock adjustment'), ('tax_input', 'Input tax'), ('tax_output', 'Output tax'), ('exchange_gain', 'Exchange gain'), ('exchange_loss', 'Exchange loss'), ('rounding', 'Rounding'), ('bad_debt', 'Bad debts'), ('retained_earnings', 'Retained earnings')], max_length=24, verbose_name='role')),
            ],
            options={
                'verbose_name': 'account rule',
                'verbose_name_plural': 'account determination',
                'ordering': ['role', 'id'],
            },
        ),
        migrations.CreateModel(
            name='AccountTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posted_on', models.DateField()),
                ('debit', models.DecimalField(decimal_places=4, max_digits=24)),
                ('credit', models.DecimalField(decimal_places=4, max_digits=24)),
            ],
            options={
                'verbose_name': 'account total',
                'verbose_name_plural': 'account totals',
            },
        ),
    ]
