from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engineering', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='capacitychange',
            name='size',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Working at once; empty: as usual. Where machines are named, they are the size.', null=True, verbose_name='size'),
        ),
    ]
