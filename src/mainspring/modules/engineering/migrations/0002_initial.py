import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import mainspring.kernel.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engineering', '0001_initial'),
        ('items', '0001_initial'),
        ('kernel', '0001_initial'),
        ('organization', '0001_initial'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='bom',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='bom',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='bom',
            name='site',
            field=models.ForeignKey(blank=True, help_text='Empty: at every site.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='bomalternate',
            name='alternate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='replaces_in', to='items.item', verbose_name='alternate'),
        ),
        migrations.AddField(
            model_name='bomalternate',
            name='bom',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='engineering.bom', verbose_name='bill of material'),
        ),
        migrations.AddField(
            model_name='bomalternate',
            name='component',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='component'),
        ),
        migrations.AddField(
            model_name='bomalternate',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='bomline',
            name='component',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='used_in', to='items.item', verbose_name='component'),
        ),
        migrations.AddField(
            model_name='bomline',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='engineering.bom'),
        ),
        migrations.AddField(
            model_name='bomline',
            name='unit',
            field=models.ForeignKey(blank=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='unit'),
        ),
        migrations.AddField(
            model_name='bomoutput',
            name='bom',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='engineering.bom', verbose_name='bill of material'),
        ),
        migrations.AddField(
            model_name='bomoutput',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='bomoutput',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comes_out_of', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='capacitychange',
            name='calendar',
            field=models.ForeignKey(blank=True, help_text='Other shifts or overtime; empty: as usual.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.workcalendar', verbose_name='calendar'),
        ),
        migrations.AddField(
            model_name='capacitychange',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='changeexclusion',
            name='bom',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.bom', verbose_name='bill left as it is'),
        ),
        migrations.AddField(
            model_name='costrollup',
            name='bom',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roll_ups', to='engineering.bom', verbose_name='bill of material'),
        ),
        migrations.AddField(
            model_name='costrollup',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='costrollup',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='costrollup',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='costrollupline',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='engineering.costrollup'),
        ),
        migrations.AddField(
            model_name='costrollupline',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='downtime',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.CreateModel(
            name='EngineeringChange',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('kind', models.CharField(choices=[('replace', 'Replace a component'), ('remove', 'Leave a component out'), ('add', 'Add a component')], default='replace', max_length=8, verbose_name='kind')),
                ('ratio', models.DecimalField(decimal_places=6, default=1, help_text='Of the new component for one unit of the component; without one, for one unit of the product.', max_digits=12, verbose_name='ratio')),
                ('effective_on', models.DateField(verbose_name='effective on')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('changed_bills', models.PositiveIntegerField(default=0, editable=False, verbose_name='bills changed')),
                ('before', models.JSONField(default=dict, editable=False)),
                ('category', models.ForeignKey(blank=True, help_text='Empty: products of every category.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.itemcategory', verbose_name='products of category')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('component', models.ForeignKey(blank=True, help_text='It is looked for in the bills. Adding one: the bills that hold this; empty: all of the category.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='component')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('replacement', models.ForeignKey(blank=True, help_text='What comes instead or beside.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='new component')),
                ('site', models.ForeignKey(blank=True, help_text='Empty: the bills of every site.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'engineering change',
                'verbose_name_plural': 'engineering changes',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='changeexclusion',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='engineering.engineeringchange', verbose_name='engineering change'),
        ),
        migrations.AddField(
            model_name='bom',
            name='change',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='engineering.engineeringchange', verbose_name='engineering change'),
        ),
        migrations.CreateModel(
            name='Machine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('calendar', models.ForeignKey(blank=True, help_text='Empty: that of the work center. It counts within it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.workcalendar', verbose_name='calendar')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'machine',
                'verbose_name_plural': 'machines',
                'ordering': ['code'],
            },
        ),
        migrations.AddField(
            model_name='downtime',
            name='machine',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='downtimes', to='engineering.machine', verbose_name='machine'),
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
                ('state', models.CharField(db_index=True, default='released', editable=False, max_length=10, verbose_name='state')),
                ('active', models.BooleanField(default=True, editable=False, verbose_name='active')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('change', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='engineering.engineeringchange', verbose_name='engineering change')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='items.item', verbose_name='item')),
                ('site', models.ForeignKey(blank=True, help_text='Empty: at every site.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'routing',
                'verbose_name_plural': 'routings',
                'ordering': ['item', 'revision'],
            },
        ),
        migrations.CreateModel(
            name='OperationDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('sequence', models.PositiveIntegerField(help_text='Its sequence number.', verbose_name='operation')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('routing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='engineering.routing', verbose_name='routing')),
            ],
            options={
                'verbose_name': 'document of an operation',
                'verbose_name_plural': 'documents of operations',
                'ordering': ['routing', 'sequence', 'title'],
            },
        ),
        migrations.CreateModel(
            name='InspectionPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('sequence', models.PositiveIntegerField(help_text='Its sequence number.', verbose_name='operation')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('target', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='target')),
                ('minimum', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='minimum')),
                ('maximum', models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name='maximum')),
                ('measure', models.CharField(blank=True, help_text='Empty: only looked at.', max_length=20, verbose_name='measured in')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('routing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='engineering.routing', verbose_name='routing')),
            ],
            options={
                'verbose_name': 'inspection point',
                'verbose_name_plural': 'inspection points',
                'ordering': ['routing', 'sequence', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Skill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'skill',
                'verbose_name_plural': 'skills',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='PersonSkill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('valid_to', models.DateField(blank=True, help_text='The first day it no longer holds.', null=True, verbose_name='valid to')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='skills', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('skill', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='engineering.skill', verbose_name='skill')),
            ],
            options={
                'verbose_name': 'skill of a person',
                'verbose_name_plural': 'skills of people',
                'ordering': ['person', 'skill'],
            },
        ),
        migrations.CreateModel(
            name='SupplierCapacity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('weekly_quantity', mainspring.kernel.fields.QuantityField(decimal_places=6, help_text='In the stocking unit.', max_digits=20, unit='item__unit', verbose_name='a week')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(blank=True, help_text='The first day it no longer holds.', null=True, verbose_name='until')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='item')),
                ('supplier', models.ForeignKey(limit_choices_to={'is_supplier': True}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.party', verbose_name='supplier')),
            ],
            options={
                'verbose_name': 'capacity of a supplier',
                'verbose_name_plural': 'capacities of suppliers',
                'ordering': ['supplier', 'item', 'starts_on'],
            },
        ),
        migrations.CreateModel(
            name='Tool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('pieces', models.PositiveSmallIntegerField(default=1, verbose_name='pieces')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'tool',
                'verbose_name_plural': 'tools',
                'ordering': ['code'],
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
                ('machine_hourly_cost', mainspring.kernel.fields.MoneyField(currency='site__company__base_currency', decimal_places=4, default=Decimal('0'), help_text='The rest of the hourly cost, less the overhead, is labour.', max_digits=20, verbose_name='of it for machines')),
                ('overhead_hourly_cost', mainspring.kernel.fields.MoneyField(currency='site__company__base_currency', decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='of it for overhead')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.workcalendar', verbose_name='calendar')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('department', models.ForeignKey(blank=True, help_text='Whose task list its work stands on.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.department', verbose_name='department')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site')),
            ],
            options={
                'verbose_name': 'work center',
                'verbose_name_plural': 'work centers',
                'ordering': ['code'],
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
                ('move_hours', models.DecimalField(decimal_places=4, default=0, help_text='To the next operation, after it.', max_digits=12, verbose_name='move hours')),
                ('yield_pct', mainspring.kernel.fields.PercentField(decimal_places=4, default=100, help_text='Good share of what goes in; more is started to make up for the rest.', max_digits=9, verbose_name='yield')),
                ('is_parallel', models.BooleanField(default=False, help_text='Starts with the operation before it, not after it.', verbose_name='beside the one before')),
                ('overlap_quantity', mainspring.kernel.fields.QuantityField(blank=True, decimal_places=6, default=None, help_text='The next operation starts when so many units are through; empty: when all are.', max_digits=20, null=True, verbose_name='passed on after')),
                ('instruction', models.TextField(blank=True, verbose_name='instruction')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='engineering.routing')),
                ('service', models.ForeignKey(blank=True, help_text='What is ordered from the supplier, one for each unit.', limit_choices_to={'kind': 'service'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='items.item', verbose_name='service')),
                ('supplier', models.ForeignKey(blank=True, help_text='A supplier who does this operation for us.', limit_choices_to={'is_supplier': True}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.party', verbose_name='done by')),
                ('skill', models.ForeignKey(blank=True, help_text='Whoever does it needs this skill.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.skill', verbose_name='skill')),
                ('tool', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.tool', verbose_name='tool')),
                ('work_center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='engineering.workcenter', verbose_name='work center')),
            ],
            options={
                'verbose_name': 'operation',
                'verbose_name_plural': 'operations',
                'ordering': ['sequence', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('calendar', models.ForeignKey(blank=True, help_text='Empty: that of the work center. It counts within it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.workcalendar', verbose_name='calendar')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='work_centers', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('work_center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='engineering.workcenter', verbose_name='work center')),
            ],
            options={
                'verbose_name': 'operator',
                'verbose_name_plural': 'operators',
                'ordering': ['work_center', 'person'],
            },
        ),
        migrations.CreateModel(
            name='OperationAlternate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('sequence', models.PositiveIntegerField(help_text='Its sequence number.', verbose_name='operation')),
                ('priority', models.PositiveSmallIntegerField(default=1, verbose_name='priority')),
                ('setup_hours', models.DecimalField(decimal_places=4, default=0, max_digits=12, verbose_name='set-up hours')),
                ('run_hours_per_unit', models.DecimalField(decimal_places=6, default=0, max_digits=14, verbose_name='run hours per unit')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('routing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='engineering.routing', verbose_name='routing')),
                ('skill', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.skill', verbose_name='skill')),
                ('work_center', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engineering.workcenter', verbose_name='work center')),
            ],
            options={
                'verbose_name': 'alternate operation',
                'verbose_name_plural': 'alternate operations',
                'ordering': ['routing', 'sequence', 'priority', 'id'],
            },
        ),
        migrations.AddField(
            model_name='machine',
            name='work_center',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='engineering.workcenter', verbose_name='work center'),
        ),
        migrations.AddField(
            model_name='capacitychange',
            name='work_center',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='capacity_changes', to='engineering.workcenter', verbose_name='work center'),
        ),
        migrations.AddConstraint(
            model_name='bomalternate',
            constraint=models.UniqueConstraint(fields=('bom', 'component', 'alternate'), name='bom_alternate_once'),
        ),
        migrations.AddConstraint(
            model_name='bomalternate',
            constraint=models.CheckConstraint(condition=models.Q(('ratio__gt', 0)), name='bom_alternate_ratio', violation_error_message='The ratio must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='bomalternate',
            constraint=models.CheckConstraint(condition=models.Q(('component', models.F('alternate')), _negated=True), name='bom_alternate_other', violation_error_message='An alternate is another item than the component.'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='bom_line_positive', violation_error_message='A component quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('scrap_pct__gte', 0), ('scrap_pct__lt', 1000)), name='bom_line_scrap', violation_error_message='Scrap must be from 0 to below 1000 percent.'),
        ),
        migrations.AddConstraint(
            model_name='bomoutput',
            constraint=models.UniqueConstraint(fields=('bom', 'item'), name='bom_output_once'),
        ),
        migrations.AddConstraint(
            model_name='bomoutput',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='bom_output_quantity', violation_error_message='The quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='bomoutput',
            constraint=models.CheckConstraint(condition=models.Q(('cost_share_pct__gte', 0), ('cost_share_pct__lt', 100)), name='bom_output_share', violation_error_message='A share is from 0 to below 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='engineeringchange',
            constraint=models.CheckConstraint(condition=models.Q(('replacement__isnull', True), models.Q(('component', models.F('replacement')), _negated=True), _connector='OR'), name='engineering_change_other', violation_error_message='The replacement is another item than the component.'),
        ),
        migrations.AddConstraint(
            model_name='engineeringchange',
            constraint=models.CheckConstraint(condition=models.Q(('ratio__gt', 0)), name='engineering_change_ratio', violation_error_message='The ratio must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='engineeringchange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('component__isnull', False), ('kind', 'add'), ('replacement__isnull', False)), models.Q(('category__isnull', False), ('kind', 'add'), ('replacement__isnull', False)), models.Q(('component__isnull', False), ('kind', 'replace'), ('replacement__isnull', False)), models.Q(('component__isnull', False), ('kind', 'remove'), ('replacement__isnull', True)), _connector='OR'), name='engineering_change_means', violation_error_message='Replace and leave out need a component, replace and add a new one; what is added goes into bills that hold a component or are of a category.'),
        ),
        migrations.AddConstraint(
            model_name='changeexclusion',
            constraint=models.UniqueConstraint(fields=('document', 'bom'), name='change_exclusion_once'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.CheckConstraint(condition=models.Q(('batch_quantity__gt', 0)), name='bom_batch_positive', violation_error_message='The batch quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.UniqueConstraint(fields=('item', 'site', 'revision'), name='bom_revision_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='bom_period', violation_error_message='It must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active', True), ('state', 'released')), models.Q(('active', False), models.Q(('state', 'released'), _negated=True)), _connector='OR'), name='bom_active_is_released'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('active', True)), expressions=[(models.Func(models.F('item'), models.F('item'), models.Value('[]'), function='int8range'), '&&'), (models.Func(django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange'), '&&')], name='bom_one_a_day', violation_error_message='Another active bill of material of this item holds on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='downtime',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='downtime_ends_later', violation_error_message='It must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='routing',
            constraint=models.UniqueConstraint(fields=('item', 'site', 'revision'), name='routing_revision_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='routing',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='routing_period', violation_error_message='It must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='routing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('active', True), ('state', 'released')), models.Q(('active', False), models.Q(('state', 'released'), _negated=True)), _connector='OR'), name='routing_active_is_released'),
        ),
        migrations.AddConstraint(
            model_name='routing',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('active', True)), expressions=[(models.Func(models.F('item'), models.F('item'), models.Value('[]'), function='int8range'), '&&'), (models.Func(django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange'), '&&')], name='routing_one_a_day', violation_error_message='Another active routing of this item holds on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='operationdocument',
            constraint=models.UniqueConstraint(fields=('routing', 'sequence', 'title'), name='operation_document_once'),
        ),
        migrations.AddConstraint(
            model_name='inspectionpoint',
            constraint=models.UniqueConstraint(fields=('routing', 'sequence', 'name'), name='inspection_point_once'),
        ),
        migrations.AddConstraint(
            model_name='inspectionpoint',
            constraint=models.CheckConstraint(condition=models.Q(('minimum__isnull', True), ('maximum__isnull', True), ('maximum__gte', models.F('minimum')), _connector='OR'), name='inspection_point_limits', violation_error_message='The maximum is at least the minimum.'),
        ),
        migrations.AddConstraint(
            model_name='personskill',
            constraint=models.UniqueConstraint(fields=('person', 'skill'), name='person_skill_once'),
        ),
        migrations.AddConstraint(
            model_name='suppliercapacity',
            constraint=models.CheckConstraint(condition=models.Q(('weekly_quantity__gte', 0)), name='supplier_capacity_quantity', violation_error_message='A quantity cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='suppliercapacity',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='supplier_capacity_ends_later', violation_error_message='It must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='suppliercapacity',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('company'), models.F('company'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('supplier'), models.F('supplier'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('item'), models.F('item'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('starts_on'), models.F('ends_on'), function='daterange'), '&&')], name='supplier_capacity_once_a_day', violation_error_message="The supplier's capacity for this item is given for some of these days."),
        ),
        migrations.AddConstraint(
            model_name='tool',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='tool_code_once'),
        ),
        migrations.AddConstraint(
            model_name='workcenter',
            constraint=models.UniqueConstraint(fields=('site', 'code'), name='work_center_code_once'),
        ),
        migrations.AddConstraint(
            model_name='workcenter',
            constraint=models.CheckConstraint(condition=models.Q(('efficiency_pct__gt', 0), ('size__gte', 1)), name='work_center_positive', violation_error_message='Size and efficiency must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='workcenter',
            constraint=models.CheckConstraint(condition=models.Q(('hourly_cost__gte', 0), ('machine_hourly_cost__gte', 0), ('overhead_hourly_cost__gte', 0)), name='work_center_cost', violation_error_message='A cost cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='workcenter',
            constraint=models.CheckConstraint(condition=models.Q(('hourly_cost__gte', django.db.models.expressions.CombinedExpression(models.F('machine_hourly_cost'), '+', models.F('overhead_hourly_cost')))), name='work_center_cost_parts', violation_error_message='Machine and overhead are parts of the hourly cost, not beside it.'),
        ),
        migrations.AddConstraint(
            model_name='routingoperation',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('document', 'sequence'), name='routing_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='routingoperation',
            constraint=models.CheckConstraint(condition=models.Q(('move_hours__gte', 0), ('queue_hours__gte', 0), ('run_hours_per_unit__gte', 0), ('setup_hours__gte', 0)), name='routing_hours_not_negative', violation_error_message='Hours cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='routingoperation',
            constraint=models.CheckConstraint(condition=models.Q(('yield_pct__gt', 0), ('yield_pct__lte', 100)), name='routing_yield', violation_error_message='A yield is above 0 and at most 100 percent.'),
        ),
        migrations.AddConstraint(
            model_name='routingoperation',
            constraint=models.CheckConstraint(condition=models.Q(('overlap_quantity__isnull', True), ('overlap_quantity__gt', 0), _connector='OR'), name='routing_overlap', violation_error_message='The quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='operator',
            constraint=models.UniqueConstraint(fields=('work_center', 'person'), name='operator_once'),
        ),
        migrations.AddConstraint(
            model_name='operationalternate',
            constraint=models.UniqueConstraint(fields=('routing', 'sequence', 'work_center'), name='operation_alternate_once'),
        ),
        migrations.AddConstraint(
            model_name='operationalternate',
            constraint=models.CheckConstraint(condition=models.Q(('run_hours_per_unit__gte', 0), ('setup_hours__gte', 0)), name='operation_alternate_hours', violation_error_message='Hours cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='machine',
            constraint=models.UniqueConstraint(fields=('work_center', 'code'), name='machine_code_once'),
        ),
        migrations.AddConstraint(
            model_name='capacitychange',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='capacity_change_ends_later', violation_error_message='It must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='capacitychange',
            constraint=models.CheckConstraint(condition=models.Q(('efficiency_pct__isnull', True), models.Q(('efficiency_pct__gt', 0), ('efficiency_pct__lte', 1000)), _connector='OR'), name='capacity_change_efficiency', violation_error_message='An efficiency is above 0 and at most 1,000 percent.'),
        ),
        migrations.AddConstraint(
            model_name='capacitychange',
            constraint=models.CheckConstraint(condition=models.Q(('calendar__isnull', False), ('size__isnull', False), ('efficiency_pct__isnull', False), _connector='OR'), name='capacity_change_says_something', violation_error_message='Say what changes: the calendar, the size or the efficiency.'),
        ),
        migrations.AddConstraint(
            model_name='capacitychange',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('work_center'), models.F('work_center'), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('starts_on'), models.F('ends_on'), function='daterange'), '&&')], name='capacity_change_once_a_day', violation_error_message='Another change of this work center holds on some of these days.'),
        ),
    ]
