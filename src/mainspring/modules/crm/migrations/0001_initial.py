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
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('channel', models.CharField(choices=[('web', 'Web site'), ('search', 'Search engine'), ('social', 'Social media'), ('mail', 'E-mail'), ('fair', 'Trade fair'), ('print', 'Print'), ('phone', 'Phone'), ('partner', 'Partner'), ('other', 'Other')], default='web', max_length=8, verbose_name='channel')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends before')),
                ('budget', mainspring.kernel.fields.MoneyField(blank=True, currency='currency', decimal_places=4, default=Decimal('0'), max_digits=20, verbose_name='budget')),
                ('spent', mainspring.kernel.fields.MoneyField(blank=True, currency='currency', decimal_places=4, default=Decimal('0'), help_text='What the cost per lead is computed from.', max_digits=20, verbose_name='spent so far')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'campaign',
                'verbose_name_plural': 'campaigns',
                'ordering': ['-starts_on', 'code'],
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
            name='CountryRoute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('country', models.CharField(max_length=2, verbose_name='country')),
            ],
            options={
                'verbose_name': 'country route',
                'verbose_name_plural': 'country routes',
                'ordering': ['country'],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('level', models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C'), ('D', 'D')], max_length=1, verbose_name='only of customer level')),
                ('codes', models.TextField(blank=True, help_text='Codes with blanks between; empty: all of them.', verbose_name='only these customers')),
                ('with_leads', models.BooleanField(default=True, verbose_name='leads too')),
                ('reason', models.CharField(max_length=240, verbose_name='reason')),
                ('state', models.CharField(default='open', editable=False, max_length=12, verbose_name='state')),
                ('done_at', models.DateTimeField(editable=False, null=True, verbose_name='handed over at')),
                ('moved', models.JSONField(default=dict, editable=False)),
            ],
            options={
                'verbose_name': 'handover',
                'verbose_name_plural': 'handovers',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='IncomingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('message_id', models.CharField(editable=False, max_length=250, verbose_name='message')),
                ('sender', models.CharField(max_length=254, verbose_name='from')),
                ('sender_name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('subject', models.CharField(blank=True, max_length=250, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('fate', models.CharField(choices=[('follow_up', 'Follow-up'), ('lead', 'New lead'), ('waits', 'To be sorted'), ('discarded', 'Discarded'), ('ignored', 'Passed over')], max_length=10, verbose_name='what became of it')),
                ('reason', models.CharField(blank=True, max_length=240, verbose_name='why')),
            ],
            options={
                'verbose_name': 'incoming mail',
                'verbose_name_plural': 'incoming mails',
                'ordering': ['-at', '-id'],
            },
        ),
    ]
