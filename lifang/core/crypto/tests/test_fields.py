import pytest
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from lifang.core.crypto import Unsealable, rotate
from lifang.core.crypto.fields import BlindIndex, Sealed, SealedText, renew
from lifang.core.crypto.seals import key_id_of
from lifang.core.ids import new_id
from lifang.core.testing.tables import temporary_table

with isolate_apps("lifang.core.files"):

    class Person(models.Model):
        id = models.UUIDField(primary_key=True, default=new_id)
        number = SealedText(null=True)
        number_key = BlindIndex(of="number", purpose="test.number")
        telephone = SealedText(null=True)
        telephone_key = BlindIndex(of="telephone", purpose="test.telephone", form="telephone")

        class Meta:
            app_label = "files"

        def __str__(self):
            return str(self.pk)


NUMBER, OTHER = "990101199003071237", "11010519491231002X"


@pytest.fixture
def people(db, profile):
    with temporary_table(Person):
        yield Person.objects


def stored(column, row):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM files_person WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def test_the_row_reads_in_the_clear_and_the_database_holds_an_envelope(people, profile):
    row = people.create(number=NUMBER)
    assert row.number == NUMBER
    assert people.get(pk=row.pk).number == NUMBER
    raw = stored("number", row)
    assert raw[1] == profile.mark
    assert NUMBER.encode() not in raw
    assert people.get(pk=row.pk).telephone is None


def test_values_and_deferred_rows_give_no_secret_by_accident(people):
    row = people.create(number=NUMBER)
    assert isinstance(people.values_list("number", flat=True).get(), Sealed)
    late = people.defer("number").get(pk=row.pk)
    assert "number" in late.get_deferred_fields()
    assert late.number == NUMBER
    assert people.only("id").get().number == NUMBER
    with pytest.raises(TypeError, match="not for dumps"):
        Person._meta.get_field("number").value_to_string(row)


def test_an_envelope_moved_to_another_row_or_column_does_not_open(people):
    first, second = (
        people.create(number=NUMBER, telephone="10012345678"),
        people.create(number=OTHER),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE files_person SET number = %s WHERE id = %s",
            [stored("number", first), second.pk],
        )
        cursor.execute("UPDATE files_person SET number = telephone WHERE id = %s", [first.pk])
    for moved in (first, second):
        with pytest.raises(Unsealable, match="moved from another row or field"):
            _ = people.get(pk=moved.pk).number
    assert people.get(pk=first.pk).telephone == "10012345678"


def test_equals_are_found_blindly_however_they_are_written(people):
    row = people.create(number=OTHER, telephone="+86 100 1234 5678")
    people.create(number=NUMBER)
    assert people.get(number_key=OTHER.lower()) == row
    assert people.get(telephone_key="100-1234-5678") == row
    assert not people.filter(number_key="100").exists()
    assert people.filter(number_key__in=[OTHER, NUMBER]).count() == 2


def test_searching_or_updating_the_sealed_column_itself_is_a_mistake(people):
    people.create(number=NUMBER)
    with pytest.raises(TypeError, match="BlindIndex"):
        list(people.filter(number=NUMBER))
    with pytest.raises(TypeError, match="through its row"), transaction.atomic():
        people.update(number=OTHER)
    assert people.filter(telephone__isnull=True).count() == 1


def test_a_changed_and_an_emptied_value_take_their_index_along(people):
    row = people.create(number=NUMBER)
    again = people.get(pk=row.pk)
    again.save()
    assert stored("number", row) == stored("number", again)
    again.number = OTHER
    again.save()
    assert (people.filter(number_key=NUMBER).count(), people.get(number_key=OTHER)) == (0, row)
    again.number = None
    again.save()
    assert people.get(pk=row.pk).number_key is None


def test_an_untouched_row_keeps_its_envelope_and_bulk_rows_are_sealed(people):
    rows = people.bulk_create([Person(number=NUMBER), Person(number=OTHER)])
    assert {p.number for p in people.all()} == {NUMBER, OTHER}
    before = stored("number", rows[0])
    people.get(pk=rows[0].pk).save()
    assert stored("number", rows[0]) == before
    assert people.get(number_key=NUMBER) == rows[0]


def test_many_are_found_at_once_also_those_of_before_a_rotation(people):
    old = people.create(number=NUMBER)
    rotate()
    new = people.create(number=OTHER)
    marks = Person._meta.get_field("number_key").fingerprints
    asked = [mark for number in (NUMBER, OTHER, "1") for mark in marks(number)]
    assert set(people.filter(number_key__among=asked)) == {old, new}
    assert not people.filter(number_key__among=[]).exists()


def test_renewing_puts_every_row_under_the_new_key(people):
    rows = people.bulk_create([Person(number=NUMBER), Person(number=OTHER)])
    new = rotate()
    assert {key_id_of(stored("number", row)) for row in rows} != {new}
    assert renew(people.all()) == 2
    assert {key_id_of(stored("number", row)) for row in rows} == {new}
    assert {p.number for p in people.all()} == {NUMBER, OTHER}


def test_a_row_without_a_key_cannot_hold_a_secret(profile):
    row = Person(number=NUMBER)
    row.pk = None
    with pytest.raises(ValueError, match="give the row its key"):
        Person._meta.get_field("number").pre_save(row, add=True)


def test_the_field_survives_a_migration():
    for name in ("number", "telephone_key"):
        field = Person._meta.get_field(name)
        _, path, args, kwargs = field.deconstruct()
        assert path == f"lifang.core.crypto.fields.{type(field).__name__}"
        assert type(field)(*args, **kwargs).deconstruct()[1:] == (path, args, kwargs)
