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
            name='UnitCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'unit category',
                'verbose_name_plural': 'unit categories',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='WorkCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('country', models.CharField(blank=True, help_text='Country whose public holidays are taken over, e.g. LT or CN.', max_length=2, verbose_name='country')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
            ],
            options={
                'verbose_name': 'working calendar',
                'verbose_name_plural': 'working calendars',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='SiteCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='working_calendar', to='kernel.site', verbose_name='site')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.workcalendar', verbose_name='calendar')),
            ],
            options={
                'verbose_name': 'site calendar',
                'verbose_name_plural': 'site calendars',
            },
        ),
        migrations.CreateModel(
            name='ExchangeRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('valid_on', models.DateField(verbose_name='valid on')),
                ('rate', mainspring.kernel.fields.RateField(decimal_places=12, max_digits=24, verbose_name='rate')),
                ('source', models.CharField(blank=True, max_length=40, verbose_name='source')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('from_currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='from')),
                ('to_currency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.currency', verbose_name='to')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'ordering': ['-valid_on', 'from_currency', 'to_currency'],
                'constraints': [models.UniqueConstraint(fields=('from_currency', 'to_currency', 'valid_on'), name='exchange_rate_once'), models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='exchange_rate_positive', violation_error_message='A rate must be above zero.'), models.CheckConstraint(condition=models.Q(('from_currency', models.F('to_currency')), _negated=True), name='exchange_rate_two_currencies', violation_error_message='A rate needs two different currencies.')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=12, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('numerator', models.BigIntegerField(default=1, verbose_name='numerator')),
                ('denominator', models.BigIntegerField(default=1, verbose_name='denominator')),
                ('digits', models.PositiveSmallIntegerField(default=0, help_text='Decimal places a quantity may have; 0 for pieces.', verbose_name='digits')),
                ('standard_code', models.CharField(blank=True, help_text='UN/ECE Recommendation 20, used in electronic documents: C62, KGM.', max_length=3, verbose_name='standard code')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='organization.unitcategory', verbose_name='category')),
            ],
            options={
                'verbose_name': 'unit',
                'verbose_name_plural': 'units',
                'ordering': ['category', 'code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('denominator__gt', 0), ('numerator__gt', 0)), name='unit_factor_positive', violation_error_message='The factor of a unit must be above zero.'), models.CheckConstraint(condition=models.Q(('digits__lte', 6)), name='unit_digits_range', violation_error_message='A unit has at most 6 digits.')],
            },
        ),
        migrations.CreateModel(
            name='CalendarShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=1, editable=False, verbose_name='position')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], verbose_name='weekday')),
                ('starts_at', models.TimeField(verbose_name='starts at')),
                ('ends_at', models.TimeField(verbose_name='ends at')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='organization.workcalendar')),
            ],
            options={
                'verbose_name': 'shift',
                'verbose_name_plural': 'shifts',
                'ordering': ['position', 'id'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='shift_weekday')],
            },
        ),
        migrations.CreateModel(
            name='CalendarException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('on_date', models.DateField(verbose_name='date')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('is_working', models.BooleanField(default=False, verbose_name='is worked')),
                ('starts_at', models.TimeField(blank=True, help_text='Empty: a worked day follows the first working day of the week.', null=True, verbose_name='starts at')),
                ('ends_at', models.TimeField(blank=True, null=True, verbose_name='ends at')),
                ('is_holiday', models.BooleanField(default=False, editable=False, verbose_name='public holiday')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='exceptions', to='organization.workcalendar', verbose_name='calendar')),
            ],
            options={
                'verbose_name': 'calendar exception',
                'verbose_name_plural': 'calendar exceptions',
                'ordering': ['on_date'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'on_date'), name='calendar_exception_once')],
            },
        ),
    ]
