import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('analytics', '0001_initial'),
        ('items', '0001_initial'),
        ('kernel', '0001_initial'),
        ('parties', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='boughttogether',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='boughttogether',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='boughttogether',
            name='item',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='bought_with', to='items.item', verbose_name='who bought'),
        ),
        migrations.AddField(
            model_name='boughttogether',
            name='other',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='suggested_with', to='items.item', verbose_name='also bought'),
        ),
        migrations.AddField(
            model_name='customerinsight',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='customerinsight',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='customerinsight',
            name='party',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='insights', to='parties.party', verbose_name='customer'),
        ),
        migrations.AddField(
            model_name='insightchange',
            name='company',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kernel.company', verbose_name='company'),
        ),
        migrations.AddField(
            model_name='insightchange',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='insightchange',
            name='party',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='insight_changes', to='parties.party', verbose_name='customer'),
        ),
        migrations.AddIndex(
            model_name='boughttogether',
            index=models.Index(fields=['company', '-confidence_pct'], name='bought_together_confidence'),
        ),
        migrations.AddConstraint(
            model_name='boughttogether',
            constraint=models.UniqueConstraint(fields=('company', 'item', 'other'), name='bought_together_once'),
        ),
        migrations.AddIndex(
            model_name='customerinsight',
            index=models.Index(fields=['company', 'segment'], name='customer_insight_segment'),
        ),
        migrations.AddIndex(
            model_name='customerinsight',
            index=models.Index(fields=['company', '-risk_pct'], name='customer_insight_risk'),
        ),
        migrations.AddIndex(
            model_name='customerinsight',
            index=models.Index(fields=['company', '-revenue'], name='customer_insight_revenue'),
        ),
        migrations.AddConstraint(
            model_name='customerinsight',
            constraint=models.UniqueConstraint(fields=('company', 'party'), name='customer_insight_once'),
        ),
        migrations.AddConstraint(
            model_name='insightchange',
            constraint=models.UniqueConstraint(fields=('company', 'party', 'on'), name='insight_change_once'),
        ),
    ]
