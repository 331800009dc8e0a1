import django.contrib.postgres.constraints
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('engineering', '0001_initial'),
        ('items', '0001_initial'),
        ('kernel', '0001_initial'),
        ('organization', '0001_initial'),
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
            model_name='routing',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='routing',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='routing',
            name='site',
            field=models.ForeignKey(blank=True, help_text='Empty: at every site.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='routingoperation',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='engineering.routing'),
        ),
        migrations.AddField(
            model_name='workcenter',
            name='calendar',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.workcalendar', verbose_name='calendar'),
        ),
        migrations.AddField(
            model_name='workcenter',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='workcenter',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='routingoperation',
            name='work_center',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='operations', to='engineering.workcenter', verbose_name='work center'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.UniqueConstraint(fields=('item', 'site', 'revision'), name='bom_revision_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.CheckConstraint(condition=models.Q(('batch_quantity__gt', 0)), name='bom_batch_positive', violation_error_message='The batch quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_to__isnull', True), ('valid_to__gt', models.F('valid_from')), _connector='OR'), name='bom_period', violation_error_message='It must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='bom',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('active', True)), expressions=[(models.Func(models.F('item'), models.F('item'), models.Value('[]'), function='int8range'), '&&'), (models.Func(django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange'), '&&')], name='bom_one_a_day', violation_error_message='Another active bill of material of this item holds on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='bom_line_quantity', violation_error_message='A component quantity must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='bomline',
            constraint=models.CheckConstraint(condition=models.Q(('scrap_pct__gte', 0), ('scrap_pct__lt', 1000)), name='bom_line_scrap', violation_error_message='Scrap must be from 0 to below 1000 percent.'),
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
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('active', True)), expressions=[(models.Func(models.F('item'), models.F('item'), models.Value('[]'), function='int8range'), '&&'), (models.Func(django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), django.db.models.functions.comparison.Coalesce(models.F('site'), models.Value(0)), models.Value('[]'), function='int8range'), '&&'), (models.Func(models.F('valid_from'), models.F('valid_to'), function='daterange'), '&&')], name='routing_one_a_day', violation_error_message='Another active routing of this item holds on some of these days.'),
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
            constraint=models.CheckConstraint(condition=models.Q(('hourly_cost__gte', 0)), name='work_center_cost', violation_error_message='A cost cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='routingoperation',
            constraint=models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('document', 'sequence'), name='routing_sequence_once'),
        ),
        migrations.AddConstraint(
            model_name='routingoperation',
            constraint=models.CheckConstraint(condition=models.Q(('queue_hours__gte', 0), ('run_hours_per_unit__gte', 0), ('setup_hours__gte', 0)), name='routing_hours_not_negative', violation_error_message='Hours cannot be negative.'),
        ),
    ]
