import struct
import zlib

import cv2
import numpy as np
import pytest

from core.errors import Refusal
from core.kinds import MediaKind
from exam.photos import FILE_CAP, read_paper, read_photo


def portrait(width=400, height=560):
    """Red above, blue below, so that up and down can be told."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2] = (30, 30, 220)
    picture[height // 2 :] = (220, 30, 30)
    return picture


def encoded(picture, suffix=".jpg") -> bytes:
    return cv2.imencode(suffix, picture)[1].tobytes()


def decoded(jpeg: bytes):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)


def is_red(pixel) -> bool:
    return int(pixel[2]) > 150 > int(pixel[0])


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHH", 1, 0x0112, 3, 1, orientation, 0) + b"\0\0\0\0GPS 30.1,104.2"
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def sentence(read, content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_photo_is_kept_as_jpeg_in_its_own_size(suffix):
    photo = read_photo(encoded(portrait(), suffix))
    assert (photo.width, photo.height) == (400, 560)
    assert decoded(photo.jpeg).shape == (560, 400, 3)


def test_a_large_photo_is_shrunk_in_proportion():
    photo = read_photo(encoded(portrait(3000, 4200)))
    assert (photo.width, photo.height) == (857, 1200)
    assert is_red(decoded(photo.jpeg)[100, 400])


@pytest.mark.parametrize(
    ("orientation", "rotated"),
    [(1, None), (3, cv2.ROTATE_180), (6, cv2.ROTATE_90_COUNTERCLOCKWISE), (8, cv2.ROTATE_90_CLOCKWISE)],
)
def test_a_photo_is_turned_upright_by_the_cameras_note(orientation, rotated):
    stored = portrait() if rotated is None else cv2.rotate(portrait(), rotated)
    photo = read_photo(with_exif(encoded(stored), orientation))
    assert (photo.width, photo.height) == (400, 560)
    upright = decoded(photo.jpeg)
    assert is_red(upright[50, 200])
    assert not is_red(upright[500, 200])


def test_nothing_the_camera_wrote_is_kept():
    original = with_exif(encoded(portrait()), 1)
    assert b"GPS" in original
    assert b"GPS" not in read_photo(original).jpeg
    assert b"Exif" not in read_photo(original).jpeg


def test_transparency_is_laid_on_white():
    clear = np.zeros((560, 400, 4), np.uint8)
    assert decoded(read_photo(encoded(clear, ".png")).jpeg).min() > 250


def test_sixteen_bits_and_grey_become_an_ordinary_picture():
    deep = np.full((560, 400), 0x8000, np.uint16)
    pixels = decoded(read_photo(encoded(deep, ".png")).jpeg)
    assert abs(int(pixels.mean()) - 128) <= 2


def test_a_progressive_jpeg_is_read():
    progressive = cv2.imencode(".jpg", portrait(), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    assert read_photo(progressive).width == 400


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_picture_cut_off_on_the_way_is_told_so(suffix, kept):
    content = encoded(np.random.default_rng(7).integers(0, 255, (560, 400, 3), np.uint8), suffix)
    assert "cut off" in sentence(read_photo, content[: int(len(content) * kept)])


def test_a_thumbnail_inside_does_not_hide_that_the_picture_is_cut_off():
    thumbnail = encoded(portrait(40, 56))
    content = encoded(portrait())
    block = b"\xff\xe2" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    assert read_photo(content[:2] + block + content[2:]).width == 400
    assert "cut off" in sentence(read_photo, (content[:2] + block + content[2:])[:-400])


def test_a_picture_of_noise_after_its_header_is_damaged():
    content = bytearray(encoded(portrait(), ".png"))
    content[60:90] = bytes(30)
    assert "damaged" in sentence(read_photo, bytes(content))


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked():
    assert "20000 × 10000 pixels; at most 60 million" in sentence(read_photo, png_of(20000, 10000))


def test_a_photo_too_small_to_print_is_refused_with_both_sizes():
    assert "200 × 280 pixels; at least 295 × 413" in sentence(read_photo, encoded(portrait(200, 280)))
    turned = with_exif(encoded(cv2.rotate(portrait(413, 295), cv2.ROTATE_90_CLOCKWISE)), 8)
    assert "413 × 295 pixels" in sentence(read_photo, turned)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"\0" * (FILE_CAP + 1), "larger than 20 MB"),
        (b"GIF89a" + bytes(100), "not a picture of a known kind"),
        (b"%PDF-1.7\n%%EOF", "not a picture of a known kind"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\xff\xd8\xff", "cut off"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(content, part):
    assert part in sentence(read_photo, content)


def test_a_paper_may_be_a_picture_or_a_pdf():
    picture = read_paper(encoded(portrait(3500, 2000), ".png"))
    assert picture.kind is MediaKind.JPEG
    assert decoded(picture.content).shape == (1714, 3000, 3)
    pdf = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    assert read_paper(pdf).kind is MediaKind.PDF
    assert read_paper(pdf).content == pdf


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n" + bytes(5000), "PDF is cut off"),
        (b"%PDF-1.7\ntrailer<</Encrypt 5 0 R>>\n%%EOF\n", "password"),
        (b"PK\x03\x04" + bytes(100), "JPEG, PNG or PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    ],
)
def test_what_is_no_paper_is_refused_in_words(content, part):
    assert part in sentence(read_paper, content)
