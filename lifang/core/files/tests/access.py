"""What the walk of `access.yaml` needs a row of."""

from lifang.core.files import disk
from lifang.core.files.models import Attachment
from lifang.core.ids import new_id
from lifang.core.testing.cast import MONDAY


def make_attachment(area: str) -> Attachment:
    """A picture of something in this area, with its bytes."""
    digest = new_id().hex * 2
    for part in (disk.PICTURE, disk.THUMB):
        path = disk.place(digest, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\xd8\xff\xd9")
    return Attachment.objects.create(
        area=area,
        subject_type="cases.case",
        subject=new_id(),
        media="image/jpeg",
        sha256=digest,
        size=4,
        width=1,
        height=1,
        added_at=MONDAY,
    )
