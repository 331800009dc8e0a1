import django.utils.timezone
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
    ]
