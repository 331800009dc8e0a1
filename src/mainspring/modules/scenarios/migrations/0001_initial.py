import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
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
            name='WorkedOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('changes', models.JSONField(default=list, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ('language', models.CharField(default='en', editable=False, max_length=12)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('answered_at', models.DateTimeField(editable=False, null=True)),
                ('version', models.BigIntegerField(editable=False, null=True)),
                ('seconds', models.FloatField(editable=False, null=True)),
                ('waits', models.BooleanField(default=True, editable=False)),
                ('data', models.BinaryField(default=b'')),
                ('base', models.BinaryField(default=b'')),
                ('problems', models.JSONField(default=list, editable=False)),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='kernel.company')),
            ],
            options={
                'verbose_name': 'result of a scenario',
                'verbose_name_plural': 'results of scenarios',
            },
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('identity', models.OneToOneField(db_column='id', editable=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='kernel.documentidentity')),
                ('number', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=40, verbose_name='number')),
                ('state', models.CharField(db_index=True, editable=False, max_length=24, verbose_name='state')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('decide_by', models.DateField(blank=True, null=True, verbose_name='to be decided by')),
                ('closed_on', models.DateField(editable=False, null=True, verbose_name='decided on')),
                ('company', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('decided_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('shared_with', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='shared with')),
                ('result', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='scenarios.workedout')),
            ],
            options={
                'verbose_name': 'scenario',
                'verbose_name_plural': 'scenarios',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='ScenarioChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('custom', models.JSONField(blank=True, default=dict, editable=False)),
                ('kind', models.CharField(choices=[('deal', 'Try a deal'), ('forecast', 'Try a forecast'), ('sales_order', 'Try a sales order'), ('order', 'Try a production order'), ('request', 'Try a purchase proposal'), ('purchase', 'Try a purchase order'), ('source', 'Try a source'), ('planning', 'Try other planning data'), ('make_or_buy', 'Try buying or making'), ('center', 'Try a work center'), ('shift', 'Try other working days'), ('alternate', 'Try another work center')], editable=False, max_length=20, verbose_name='kind')),
                ('subject', models.CharField(editable=False, max_length=120)),
                ('label', models.CharField(editable=False, max_length=200, verbose_name='record')),
                ('sent', models.JSONField(default=dict, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='change')),
                ('was', models.JSONField(default=dict, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='before')),
                ('why', models.CharField(blank=True, max_length=240, verbose_name='reason')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('document', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_changes', to='kernel.documentidentity', verbose_name='document')),
                ('scenario', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='scenarios.scenario', verbose_name='scenario')),
            ],
            options={
                'verbose_name': 'change of a scenario',
                'verbose_name_plural': 'changes of scenarios',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('scenario', 'kind', 'subject'), name='scenario_change_once')],
            },
        ),
        migrations.AddIndex(
            model_name='workedout',
            index=models.Index(condition=models.Q(('waits', True)), fields=['asked_at'], name='worked_out_waiting'),
        ),
        migrations.AddConstraint(
            model_name='workedout',
            constraint=models.UniqueConstraint(fields=('company', 'digest'), name='worked_out_once'),
        ),
    ]
