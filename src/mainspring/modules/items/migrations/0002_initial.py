import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('items', '0001_initial'),
        ('kernel', '0001_initial'),
        ('organization', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='item',
            name='purchase_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='purchase unit'),
        ),
        migrations.AddField(
            model_name='item',
            name='sale_unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='sales unit'),
        ),
        migrations.AddField(
            model_name='item',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='stocking unit'),
        ),
        migrations.AddField(
            model_name='itemcategory',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='itemcategory',
            name='parent',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='items.itemcategory', verbose_name='part of'),
        ),
        migrations.AddField(
            model_name='item',
            name='category',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='items.itemcategory', verbose_name='category'),
        ),
        migrations.AddField(
            model_name='itemcost',
            name='company',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='itemcost',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='itemcost',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='costs', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='itemsite',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='itemsite',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sites', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='itemsite',
            name='planner',
            field=models.ForeignKey(blank=True, help_text='Whose work its proposals are.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='planner'),
        ),
        migrations.AddField(
            model_name='itemsite',
            name='site',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='site'),
        ),
        migrations.AddField(
            model_name='itemsite',
            name='supplied_from',
            field=models.ForeignKey(blank=True, help_text='Another site of the company it is brought from, instead of being bought or made here.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.site', verbose_name='supplied from'),
        ),
        migrations.AddField(
            model_name='itemunit',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='itemunit',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='units', to='items.item', verbose_name='item'),
        ),
        migrations.AddField(
            model_name='itemunit',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.unit', verbose_name='unit'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(condition=models.Q(('barcode', ''), _negated=True), fields=('barcode',), name='item_barcode_once'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(('weight_kg__isnull', True), ('weight_kg__gte', 0), _connector='OR'), name='item_weight_not_negative', violation_error_message='A weight cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'phantom'), _negated=True), ('make_or_buy', 'make'), _connector='OR'), name='phantom_is_made', violation_error_message='A phantom is always made, never bought.'),
        ),
        migrations.AddConstraint(
            model_name='itemcost',
            constraint=models.UniqueConstraint(fields=('item', 'company'), name='item_cost_once'),
        ),
        migrations.AddConstraint(
            model_name='itemcost',
            constraint=models.CheckConstraint(condition=models.Q(('standard_cost__gte', 0)), name='item_cost_not_negative', violation_error_message='A cost cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.UniqueConstraint(fields=('item', 'site'), name='item_site_once'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('minimum__gte', 0), ('multiple__gte', 0), ('reorder_point__gte', 0), ('reorder_to__gte', 0), ('safety_stock__gte', 0)), name='item_site_not_negative', violation_error_message='Planning quantities cannot be negative.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('supplied_from__isnull', True), models.Q(('supplied_from', models.F('site')), _negated=True), _connector='OR'), name='item_site_elsewhere', violation_error_message='A site cannot supply itself.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('transfer_cost__gte', 0), ('transit_days__lte', 3650)), name='item_site_way', violation_error_message='The way takes at most ten years and costs nothing or something.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('lot_rule', 'lot_for_lot'), models.Q(('lot_size__gt', 0), ('lot_size__isnull', False)), _connector='OR'), name='item_site_lot_size', violation_error_message='This lot sizing needs a lot size above zero.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('lead_time_days__isnull', True), ('lead_time_days__lte', 3650), _connector='OR'), name='item_site_lead_time', violation_error_message='A lead time is at most ten years.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('demand_fence_days__isnull', True), ('planning_fence_days__isnull', True), models.Q(('demand_fence_days__lte', models.F('planning_fence_days')), ('planning_fence_days__lte', 366)), _connector='OR'), name='item_site_fences', violation_error_message='The demand fence lies within the planning fence, and that within a year.'),
        ),
        migrations.AddConstraint(
            model_name='itemsite',
            constraint=models.CheckConstraint(condition=models.Q(('maximum__isnull', True), models.Q(('maximum__gt', 0), ('maximum__gte', models.F('minimum'))), _connector='OR'), name='item_site_maximum', violation_error_message='The maximum cannot be below the minimum.'),
        ),
        migrations.AddConstraint(
            model_name='itemunit',
            constraint=models.UniqueConstraint(fields=('item', 'unit'), name='item_unit_once'),
        ),
        migrations.AddConstraint(
            model_name='itemunit',
            constraint=models.CheckConstraint(condition=models.Q(('denominator__gt', 0), ('numerator__gt', 0)), name='item_unit_factor_positive', violation_error_message='The factor of a unit must be above zero.'),
        ),
    ]
