import mainspring.kernel.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='BoughtTogether',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('buyers', models.PositiveIntegerField(editable=False, verbose_name='customers who bought the first')),
                ('together', models.PositiveIntegerField(editable=False, verbose_name='customers who bought both')),
                ('support_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=9, verbose_name='share of all customers')),
                ('confidence_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=9, verbose_name='share of the buyers')),
                ('lift', models.DecimalField(decimal_places=2, editable=False, help_text='How many times more often than by chance.', max_digits=12, verbose_name='lift')),
                ('as_of', models.DateField(editable=False, verbose_name='as of')),
            ],
            options={
                'verbose_name': 'bought together',
                'verbose_name_plural': 'bought together',
                'ordering': ['-confidence_pct', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CustomerInsight',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('as_of', models.DateField(editable=False, verbose_name='as of')),
                ('orders', models.PositiveIntegerField(editable=False, verbose_name='orders')),
                ('first_on', models.DateField(editable=False, verbose_name='first order')),
                ('last_on', models.DateField(editable=False, verbose_name='last order')),
                ('revenue', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, help_text='Within the window that is looked at.', max_digits=20, verbose_name='ordered')),
                ('margin', mainspring.kernel.fields.MoneyField(decimal_places=4, default=None, editable=False, max_digits=20, null=True, verbose_name='margin')),
                ('recency', models.PositiveSmallIntegerField(editable=False, verbose_name='recency score')),
                ('frequency', models.PositiveSmallIntegerField(editable=False, verbose_name='frequency score')),
                ('monetary', models.PositiveSmallIntegerField(editable=False, verbose_name='monetary score')),
                ('segment', models.CharField(choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('new', 'New'), ('promising', 'Promising'), ('cannot_lose', 'Must not be lost'), ('at_risk', 'At risk'), ('sleeping', 'Sleeping')], editable=False, max_length=12, verbose_name='segment')),
                ('abc', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], editable=False, max_length=1, verbose_name='ABC')),
                ('xyz', models.CharField(choices=[('X', 'X, evenly'), ('Y', 'Y, unevenly'), ('Z', 'Z, now and then')], editable=False, max_length=1, verbose_name='XYZ')),
                ('silent_days', models.PositiveIntegerField(editable=False, verbose_name='days since the last order')),
                ('usual_days', models.PositiveIntegerField(editable=False, null=True, verbose_name='usual pause (days)')),
                ('pauses', models.PositiveIntegerField(editable=False, verbose_name='own pauses')),
                ('pauses_shorter', models.PositiveIntegerField(editable=False, verbose_name='own pauses shorter than the present one')),
                ('share_all_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=9, verbose_name='pauses of all customers that were shorter (%)')),
                ('risk_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=9, verbose_name='risk of losing')),
                ('risk', models.CharField(choices=[('low', 'Low'), ('raised', 'Raised'), ('high', 'High')], editable=False, max_length=8, verbose_name='risk')),
                ('segment_before', models.CharField(blank=True, choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('new', 'New'), ('promising', 'Promising'), ('cannot_lose', 'Must not be lost'), ('at_risk', 'At risk'), ('sleeping', 'Sleeping')], editable=False, max_length=12, verbose_name='segment before')),
                ('segment_since', models.DateField(editable=False, verbose_name='in this segment since')),
            ],
            options={
                'verbose_name': 'customer insight',
                'verbose_name_plural': 'customer insight',
                'ordering': ['-risk_pct', 'party'],
            },
        ),
        migrations.CreateModel(
            name='InsightChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('on', models.DateField(editable=False, verbose_name='on')),
                ('segment_before', models.CharField(blank=True, choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('new', 'New'), ('promising', 'Promising'), ('cannot_lose', 'Must not be lost'), ('at_risk', 'At risk'), ('sleeping', 'Sleeping')], editable=False, max_length=12, verbose_name='segment before')),
                ('segment', models.CharField(choices=[('champions', 'Champions'), ('loyal', 'Loyal'), ('new', 'New'), ('promising', 'Promising'), ('cannot_lose', 'Must not be lost'), ('at_risk', 'At risk'), ('sleeping', 'Sleeping')], editable=False, max_length=12, verbose_name='segment')),
                ('abc', models.CharField(choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], editable=False, max_length=1, verbose_name='ABC')),
                ('risk', models.CharField(choices=[('low', 'Low'), ('raised', 'Raised'), ('high', 'High')], editable=False, max_length=8, verbose_name='risk')),
                ('revenue', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), editable=False, max_digits=20, verbose_name='ordered')),
            ],
            options={
                'verbose_name': 'change of segment',
                'verbose_name_plural': 'changes of segment',
                'ordering': ['-on', '-id'],
            },
        ),
    ]
