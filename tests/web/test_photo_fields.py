"""The field that takes photos: how many, how large, and whether they are photos at all."""

import pytest
from litestar.datastructures import FormMultiDict, UploadFile

from portal.web.forms.forms import PHOTO_BYTES
from tests.web.forms.test_fields import AllForm, read


def upload(content: bytes, name: str = "a.jpg") -> UploadFile:
    return UploadFile("image/jpeg", name, content)


def test_photos_are_counted_measured_and_looked_at() -> None:
    photo = b"\xff\xd8\xff" + b"0" * 100
    value, form = read("photos", upload(photo))
    assert [(u.name, u.content) for u in value] == [("a.jpg", photo)]
    assert not form.summary
    assert read("photos", "")[0] == []
    assert "不是可以识别的照片" in read("photos", upload(b"GIF89a<script>"))[1].summary[0][1]
    assert "超过 10 MB" in read("photos", upload(b"\xff\xd8\xff" + b"0" * PHOTO_BYTES))[1].summary[0][1]
    many = AllForm(FormMultiDict([("photos", upload(photo))] * 6))
    assert not many.validate()
    assert "最多可上传 5 张照片" in many.summary[0][1]


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\0b.jpg", "ab.jpg"), ("\u202egpj.exe", "gpj.exe"), ("\r\n", "?"), ("x" * 200 + ".jpg", "x" * 76 + ".jpg")],
)
def test_a_files_name_is_shown_without_what_cannot_be_seen(name: str, shown: str) -> None:
    _data, form = read("photos", UploadFile("image/jpeg", name, b"no photo"))
    [(_anchor, message)] = form.summary
    assert shown in message and name not in message
