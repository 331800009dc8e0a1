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
    ]
