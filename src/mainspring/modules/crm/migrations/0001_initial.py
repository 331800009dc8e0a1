import django.utils.timezone
import mainspring.kernel.fields
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('content', models.TextField(verbose_name='what happened')),
                ('method', models.CharField(choices=[('call', 'Call'), ('mail', 'E-mail'), ('visit', 'Visit'), ('meeting', 'Meeting'), ('message', 'Message'), ('other', 'Other')], default='call', max_length=10, verbose_name='method')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('next_on', models.DateField(blank=True, null=True, verbose_name='next step on')),
                ('next_step', models.CharField(blank=True, max_length=240, verbose_name='next step')),
                ('next_done', models.BooleanField(default=False, editable=False, verbose_name='next step done')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-ups',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_on', models.DateField(verbose_name='claimed on')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ],
            options={
                'verbose_name': 'claim',
                'verbose_name_plural': 'claims',
            },
        ),
        migrations.CreateModel(
            name='Competitor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                ('note', models.TextField(blank=True, verbose_name='strengths and weaknesses')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'competitor',
                'verbose_name_plural': 'competitors',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='DealChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('on', models.DateField(verbose_name='on')),
                ('entered', models.BooleanField(default=True, verbose_name='entered the stage')),
                ('state', models.CharField(max_length=24, verbose_name='state')),
                ('forecast', models.CharField(blank=True, choices=[('pipeline', 'Pipeline'), ('best', 'Best case'), ('committed', 'Committed'), ('left_out', 'Left out')], max_length=10, verbose_name='forecast')),
                ('probability', mainspring.kernel.fields.PercentField(decimal_places=4, default=Decimal('0'), max_digits=9, null=True, verbose_name='probability')),
                ('amount_base', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='amount in base currency')),
                ('weighted_base', mainspring.kernel.fields.MoneyField(decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='weighted amount')),
                ('expected_close_on', models.DateField(null=True, verbose_name='expected to close on')),
            ],
            options={
                'verbose_name': 'change of a deal',
                'verbose_name_plural': 'changes of deals',
                'ordering': ['-id'],
            },
        ),
    ]
