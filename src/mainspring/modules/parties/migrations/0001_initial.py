import django.db.models.deletion
import mainspring.kernel.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentTerm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'payment term',
                'verbose_name_plural': 'payment terms',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('legal_name', models.CharField(blank=True, max_length=200, verbose_name='legal name')),
                ('is_customer', models.BooleanField(default=False, verbose_name='customer')),
                ('is_supplier', models.BooleanField(default=False, verbose_name='supplier')),
                ('registry_code', models.CharField(blank=True, max_length=40, verbose_name='registry code')),
                ('vat_number', models.CharField(blank=True, max_length=40, verbose_name='VAT number')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '简体中文'), ('lt', 'Lietuvių')], default='en', max_length=10, verbose_name='language')),
                ('credit_limit', mainspring.kernel.fields.MoneyField(blank=True, currency='currency', decimal_places=4, default=None, help_text='Empty means no limit.', max_digits=20, null=True, verbose_name='credit limit')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('name_key', models.CharField(blank=True, default='', editable=False, max_length=200)),
                ('sound_key', models.CharField(blank=True, default='', editable=False, max_length=400)),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='currency')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.territory', verbose_name='territory')),
                ('payment_term', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.paymentterm', verbose_name='payment term')),
            ],
            options={
                'verbose_name': 'party',
                'verbose_name_plural': 'parties',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='PaymentTermLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('percent', mainspring.kernel.fields.PercentField(decimal_places=4, default=100, max_digits=9, verbose_name='percent')),
                ('months', models.PositiveSmallIntegerField(default=0, verbose_name='months')),
                ('days', models.PositiveSmallIntegerField(default=0, verbose_name='days')),
                ('end_of_month', models.BooleanField(default=False, verbose_name='end of month')),
                ('days_after_month_end', models.PositiveSmallIntegerField(default=0, verbose_name='days after month end')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='parties.paymentterm')),
            ],
            options={
                'verbose_name': 'instalment',
                'verbose_name_plural': 'instalments',
                'ordering': ['position', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PortalAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='portal_access', to='parties.party', verbose_name='party')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='portal_access', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'portal access',
                'verbose_name_plural': 'portal access',
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('given_name', models.CharField(blank=True, max_length=80, verbose_name='given name')),
                ('family_name', models.CharField(max_length=80, verbose_name='family name')),
                ('job_title', models.CharField(blank=True, max_length=80, verbose_name='job title')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('language', models.CharField(blank=True, max_length=10, verbose_name='language')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='parties.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['family_name', 'given_name'],
                'indexes': [models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='contact_phone'), models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='contact_email')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('party',), name='contact_default_once')],
            },
        ),
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('kind', models.CharField(choices=[('main', 'Main'), ('billing', 'Billing'), ('delivery', 'Delivery')], default='main', max_length=10, verbose_name='kind')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('street', models.CharField(max_length=200, verbose_name='street')),
                ('street_2', models.CharField(blank=True, max_length=200, verbose_name='street, second line')),
                ('postal_code', models.CharField(blank=True, max_length=20, verbose_name='postal code')),
                ('city', models.CharField(max_length=80, verbose_name='city')),
                ('region', models.CharField(blank=True, max_length=80, verbose_name='region')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='addresses', to='parties.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'address',
                'verbose_name_plural': 'addresses',
                'ordering': ['party', 'kind', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('party', 'kind'), name='address_default_once')],
            },
        ),
        migrations.CreateModel(
            name='PartyBankAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('account_number', models.CharField(help_text='An IBAN where there is one.', max_length=40, verbose_name='account number')),
                ('bank_name', models.CharField(blank=True, max_length=120, verbose_name='bank')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('currency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='currency')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bank_accounts', to='parties.party', verbose_name='party')),
            ],
            options={
                'verbose_name': 'bank account',
                'verbose_name_plural': 'bank accounts',
                'constraints': [models.UniqueConstraint(fields=('party', 'account_number'), name='party_bank_account_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('party',), name='party_bank_default_once')],
            },
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(fields=['name_key'], name='party_name_key'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('registry_code', ''), _negated=True), fields=['registry_code'], name='party_registry'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('phone', ''), _negated=True), fields=['phone'], name='party_phone'),
        ),
        migrations.AddIndex(
            model_name='party',
            index=models.Index(condition=models.Q(('email', ''), _negated=True), fields=['email'], name='party_email'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.UniqueConstraint(condition=models.Q(('registry_code', ''), _negated=True), fields=('country', 'registry_code'), name='party_registry_code_once'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.UniqueConstraint(condition=models.Q(('vat_number', ''), _negated=True), fields=('vat_number',), name='party_vat_number_once'),
        ),
        migrations.AddConstraint(
            model_name='party',
            constraint=models.CheckConstraint(condition=models.Q(('credit_limit__isnull', True), ('credit_limit__gte', 0), _connector='OR'), name='party_credit_limit', violation_error_message='A credit limit cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='paymenttermline',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 100)), name='payment_term_percent', violation_error_message='A part is above 0 and at most 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='portalaccess',
            constraint=models.UniqueConstraint(fields=('user', 'party'), name='portal_access_once'),
        ),
    ]
