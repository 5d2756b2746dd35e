import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from lifang.core.geo.measure import cell, metres_between, near
from lifang.core.ids import new_id
from lifang.core.testing.tables import temporary_table

with isolate_apps("lifang.core.files"):

    class Lamp(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        lon = models.FloatField(null=True)
        lat = models.FloatField(null=True)
        cell = models.BigIntegerField(null=True, db_index=True)

        class Meta:
            app_label = "files"

        def __str__(self):
            return str(self.pk)


HERE = (117.85, 36.8)
STEPS = [(dx * 7e-5, dy * 7e-5) for dx in range(-12, 13) for dy in range(-12, 13)]


@pytest.fixture
def lamps(db):
    with temporary_table(Lamp):
        places = [(HERE[0] + dx, HERE[1] + dy) for dx, dy in STEPS]
        Lamp.objects.bulk_create([Lamp(lon=x, lat=y, cell=cell(x, y, 50)) for x, y in places])
        Lamp.objects.create()  # a lamp nobody placed
        yield Lamp.objects


@pytest.mark.parametrize("cells", [None, ("cell", 50)])
def test_near_gives_exactly_those_within_reach_nearest_first(lamps, cells):
    found = list(near(lamps.all(), *HERE, 40, cells=cells))
    expected = {
        lamp.pk
        for lamp in lamps.exclude(lon=None)
        if metres_between(*HERE, lamp.lon, lamp.lat) <= 40
    }
    assert {lamp.pk for lamp in found} == expected
    assert 20 < len(found) < len(STEPS)
    away = [lamp.metres_away for lamp in found]
    assert away == sorted(away)
    assert away == pytest.approx(
        [metres_between(*HERE, lamp.lon, lamp.lat) for lamp in found], abs=1e-3
    )


def test_the_cells_alone_are_an_index_look_up(lamps):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE files_lamp")
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Index Scan" in near(lamps.all(), *HERE, 40, cells=("cell", 50)).explain()
