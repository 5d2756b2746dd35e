import pytest
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.test.utils import isolate_apps

from lifang.core.ids import new_id
from lifang.core.search import Searchable, matching
from lifang.core.testing.tables import temporary_table

with isolate_apps("lifang.core.files"):

    class Note(Searchable):
        searched = ("words",)
        sounded = ("writer",)
        id = models.UUIDField(primary_key=True, default=new_id)
        words = models.TextField()
        writer = models.TextField(blank=True)

        class Meta(Searchable.Meta):
            app_label = "files"

    class Blind(Searchable):
        class Meta:
            app_label = "files"
            indexes = []


@pytest.fixture
def notes(db):
    with temporary_table(Note):
        yield Note.objects


def found(query):
    return {note.words for note in matching(Note.objects.all(), query)}


def test_rows_are_found_by_words_names_and_sounds(notes):
    notes.create(words="车站社区路灯不亮", writer="张三")
    notes.create(words="井盖破损", writer="单田芳")
    assert found("路灯") == {"车站社区路灯不亮"}
    assert found("車站 zs") == {"车站社区路灯不亮"}
    assert found("stf") == {"井盖破损"}
    assert found("路灯 stf") == set()
    assert found("") == {"车站社区路灯不亮", "井盖破损"}
    assert found("？！") == set()


def test_terms_follow_bulk_writes_and_partial_saves(notes):
    (note,) = notes.bulk_create([Note(words="路灯")])
    assert found("路灯") == {"路灯"}
    note.words = "井盖"
    note.save(update_fields=["words"])
    assert (found("路灯"), found("井盖")) == (set(), {"井盖"})


def test_two_chinese_characters_use_the_index(notes):
    notes.bulk_create(
        [Note(words=f"第{n}号 路灯不亮" if n % 50 == 0 else f"第{n}号 井盖") for n in range(500)]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE files_note")
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = matching(notes.all(), "路灯").explain()
    assert "Bitmap Index Scan on note_tokens" in plan
    assert matching(notes.all(), "路灯").count() == 10


def test_the_index_is_used_behind_the_wall_too(notes):
    notes.bulk_create(
        [Note(words=f"第{n}号 路灯" if n % 50 == 0 else f"第{n}号 井盖") for n in range(500)]
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE files_note ENABLE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE files_note FORCE ROW LEVEL SECURITY")
        cursor.execute("CREATE POLICY see ON files_note USING (words ~ '第[1-9]')")
        cursor.execute("ANALYZE files_note")
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Bitmap Index Scan on note_tokens" in matching(notes.all(), "路灯").explain()
    assert matching(notes.all(), "路灯").count() == 9


def test_a_model_that_loses_the_index_is_told():
    assert [error.id for error in Blind.check() if error.id == "search.E001"] == ["search.E001"]
    assert not [error for error in Note.check() if error.id == "search.E001"]
    assert isinstance(Note._meta.indexes[0], GinIndex)
