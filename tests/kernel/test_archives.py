import io
import stat
import zipfile

import pytest

from mentoring.kernel.archives import MOST_A_FILE, MOST_FILES, Unreadable, packed, unpacked

TEXTS = {"list.yaml": "topics:\n", "01-time.md": "Be early.\n"}


def zipped(files, **how):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **how)
    return io.BytesIO(written.getvalue())


def complaint(file):
    with pytest.raises(Unreadable) as unreadable:
        unpacked(file, endings=(".yaml", ".md"))
    return str(unreadable.value)


def test_what_was_packed_is_unpacked_and_the_same_texts_are_the_same_file():
    assert unpacked(io.BytesIO(packed(TEXTS)), endings=(".yaml", ".md")) == TEXTS
    assert packed(TEXTS) == packed(TEXTS)


def test_a_folder_around_all_and_what_computers_add_do_no_harm():
    file = zipped({"mine/list.yaml": "a\r\nb", "mine/01-time.md": "\ufeffx", "__MACOSX/mine/._x": b"\0", "mine/.DS_Store": b"\0"})

    assert unpacked(file, endings=(".yaml", ".md")) == {"list.yaml": "a\nb", "01-time.md": "x"}


@pytest.mark.parametrize("name", ["../out.md", "/etc/out.md", "..\\out.md", "C:out.md", "a/b/c.md", "a/../../c.md"])
def test_nothing_climbs_out(name):
    assert "leads to another place" in complaint(zipped({name: "x"}))


def test_a_link_to_elsewhere_is_no_file():
    entry = zipfile.ZipInfo("01-time.md")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "leads to another place" in complaint(zipped({entry: "/etc/passwd"}))


def test_what_explodes_is_stopped_whatever_it_says_of_itself():
    bomb = zipped({"01-time.md": b"a" * (MOST_A_FILE + 1)})
    lying = io.BytesIO(bomb.getvalue().replace((MOST_A_FILE + 1).to_bytes(4, "little"), (10).to_bytes(4, "little")))

    assert complaint(bomb) == "01-time.md: Unpacked, this is too large."
    assert complaint(lying)
    many = {f"{number}.md": b"a" * MOST_A_FILE for number in range(11)}
    assert "too large" in complaint(zipped(many))


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (io.BytesIO(b"no zip"), "This is no zip file"),
        (zipped({}), "The zip file is empty."),
        (zipped({f"{number}.md": "" for number in range(MOST_FILES + 1)}), "It may hold 80."),
        (zipped({"a.exe": "x"}), "a.exe: This does not belong here."),
        (zipped({"a/x.md": "x", "b/y.md": "y"}), "All files stand side by side"),
        (zipped({"a.md": b"ok\n\xff"}), "a.md, line 2: This is not written in UTF-8."),
        (zipped({"a.md": "ok\nnul\x00"}), "a.md, line 2: There is a character here that is no text."),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(file, sentence):
    assert sentence in complaint(file)


def test_a_password_is_asked_to_be_taken_off():
    locked = bytearray(zipped({"a.md": "x"}).getvalue())
    # The mark of a password, in the entry and in the list at the end.
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1

    assert "has a password" in complaint(io.BytesIO(bytes(locked)))


def test_what_was_damaged_on_the_way_is_said_to_be_damaged():
    damaged = bytearray(zipped({"a.md": "Be early. " * 50}).getvalue())
    # Where the packed text begins: after thirty bytes, and the name.
    damaged[34:44] = b"\xff" * 10

    assert "damaged" in complaint(io.BytesIO(bytes(damaged)))
