"""Real video files: what is told of them, which are refused in words, and the copies made of them."""

import hashlib
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import Refusal
from recording.ffmpeg import FfmpegStoppedError, end_ffmpeg, find_ffmpeg, run
from recording.video import Probe, ReviewPlan, Stream, StreamKind, Way, poster, probe, review_copy, review_plan

PICTURE = Stream(StreamKind.VIDEO, "h264", "yuv420p", 640, 360, 0, 90, 0, 6000)
SOUND = Stream(StreamKind.AUDIO, "aac", "", 0, 0, 44100, 260, 0, 6000)


def found(video: str = "h264", audio: str = "aac", pixels: str = "yuv420p") -> Probe:
    streams = (replace(PICTURE, codec=video, pixels=pixels), *([replace(SOUND, codec=audio)] if audio else []))
    return Probe("matroska,webm", 1, 0, 6000, streams, 3, 2000, ())


def refused(path: Path) -> str:
    with pytest.raises(Refusal) as refusal:
        probe(path)
    return str(refusal.value)


def test_a_clip_is_described_from_its_packets(clip):
    facts = probe(clip)
    assert (facts.duration_ms, facts.size, facts.gaps) == (12_000, clip.stat().st_size, ())
    assert (facts.keyframes, facts.longest_group_ms) == (6, 2000)
    picture, sound = facts.video, facts.audio
    assert (picture.codec, picture.pixels, picture.width, picture.height, picture.packets) == (
        *("h264", "yuv420p", 640, 360),
        12 * 15,
    )
    assert sound is not None
    assert (sound.codec, sound.rate) == ("aac", 44100)


def test_a_browsers_recording_without_any_length_still_has_one(convert, clip):
    path = convert("live.mkv", "-c", "copy", "-f", "matroska", "-live", "1")
    assert abs(probe(path).duration_ms - 12_000) < 100


@pytest.mark.parametrize("form", ["mpegts", "matroska", "mov", "avi"])
def test_the_containers_of_rooms_cameras_and_cards_are_read(convert, form):
    facts = probe(convert(f"clip.{form}", "-c", "copy", "-f", form))
    assert (facts.video.packets, facts.gaps) == (180, ())
    assert abs(facts.duration_ms - 12_000) < 150


def test_pictures_out_of_order_are_no_gap(convert):
    assert probe(convert("b.mp4", "-c:v", "libx264", "-bf", "3", "-c:a", "copy")).gaps == ()


def test_a_gap_is_found_where_pictures_are_missing(convert):
    path = convert("gap.mkv", "-vf", "select='lt(t,4)+gt(t,5.5)'", "-fps_mode", "vfr", "-c:a", "copy")
    ((start, end),) = probe(path).gaps
    assert abs(start - 3933) < 70
    assert abs(end - 5533) < 70


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    assert refused(path) == "file: The file is empty."


@pytest.mark.parametrize(
    "text",
    [
        b"not a video\n" * 50,
        "面试录像在另一个文件夹。".encode() * 20,
        "面试录像在另一个文件夹。".encode("gb18030") * 20,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nclip.mp4\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile clip.mp4\n",
    ],
)
def test_a_text_called_mp4_is_refused_and_what_it_points_to_is_not_opened(tmp_path, clip, text):
    (tmp_path / "clip.mp4").write_bytes(clip.read_bytes())
    path = tmp_path / "text.mp4"
    path.write_bytes(text)
    assert refused(path) == "file: This is a text, not a video, whatever its name says."


def test_other_bytes_are_no_video(tmp_path):
    path = tmp_path / "noise.mp4"
    path.write_bytes(hashlib.sha256(b"").digest() * 200 + bytes(100))
    assert refused(path) == "file: This is not a video that can be read here."


def test_sound_alone_is_no_video(convert):
    assert refused(convert("sound.mp4", "-vn", "-c:a", "copy")) == "file: There is no moving picture in this file."


def test_a_file_cut_off_before_its_index(convert, tmp_path):
    whole = convert("late.mp4", "-c", "copy").read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert refused(path) == "file: The video breaks off: the end of the file is missing or damaged."


def test_a_file_cut_off_after_its_index_says_where(clip, tmp_path):
    whole = clip.read_bytes()
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    sentence = refused(path)
    assert sentence.startswith("file: The video breaks off after ")
    assert sentence.endswith(" of 12 seconds: the end of the file is missing.")


@pytest.mark.parametrize(
    ("facts", "plan"),
    [
        (found(), ReviewPlan("mp4", Way.COPY, Way.COPY)),
        (found("h264", "opus"), ReviewPlan("mp4", Way.COPY, Way.COPY)),
        (found("h264", "pcm_s16le"), ReviewPlan("mp4", Way.COPY, Way.ENCODE)),
        (found("h264", ""), ReviewPlan("mp4", Way.COPY, Way.NONE)),
        (found("h264", "aac", "yuv444p"), ReviewPlan("mp4", Way.ENCODE, Way.COPY)),
        (found("hevc", "ac3"), ReviewPlan("mp4", Way.ENCODE, Way.ENCODE)),
        (found("vp8", "opus"), ReviewPlan("webm", Way.COPY, Way.COPY)),
        (found("vp9", ""), ReviewPlan("webm", Way.COPY, Way.NONE)),
        (found("vp9", "aac"), ReviewPlan("mp4", Way.ENCODE, Way.COPY)),
    ],
)
def test_only_what_no_browser_plays_is_encoded_anew(facts, plan):
    assert review_plan(facts) == plan


def test_a_remuxed_copy_has_the_same_pictures_and_its_index_in_front(convert, tmp_path):
    source = convert("room.mkv", "-c", "copy")
    before = hashlib.sha256(source.read_bytes()).digest()
    plan = review_copy(source, tmp_path / "review", probe(source))
    copy = (tmp_path / "review").read_bytes()
    assert (plan.media_type, copy.index(b"moov") < copy.index(b"mdat")) == ("video/mp4", True)
    assert probe(tmp_path / "review").video.packets == probe(source).video.packets
    assert hashlib.sha256(source.read_bytes()).digest() == before


def test_a_card_file_that_browsers_cannot_play_is_encoded(convert, tmp_path):
    source = convert("card.avi", "-c:v", "mpeg4", "-c:a", "pcm_s16le", "-t", "2")
    review_copy(source, tmp_path / "review", probe(source))
    facts = probe(tmp_path / "review")
    assert (facts.video.codec, facts.video.pixels, facts.audio.codec if facts.audio else "") == (
        *("h264", "yuv420p"),
        "aac",
    )


def test_a_recording_in_vp8_becomes_webm(convert, tmp_path):
    source = convert("room.webm", "-t", "2", "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
    assert review_copy(source, tmp_path / "review", probe(source)).media_type == "video/webm"
    assert probe(tmp_path / "review").video.codec == "vp8"


def test_a_silent_recording_gives_a_silent_copy(convert, tmp_path):
    source = convert("silent.mp4", "-an", "-c:v", "copy")
    review_copy(source, tmp_path / "review", probe(source))
    assert probe(tmp_path / "review").audio is None


@pytest.mark.parametrize(
    "make", [lambda path, target: review_copy(path, target, found()), poster], ids=["review copy", "poster"]
)
def test_nothing_is_made_of_what_a_list_points_to(tmp_path, clip, make):
    (tmp_path / "clip.mp4").write_bytes(clip.read_bytes())
    (tmp_path / "list.mp4").write_text("ffconcat version 1.0\nfile clip.mp4\n")
    with pytest.raises(Refusal, match="could not be converted"):
        make(tmp_path / "list.mp4", tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_what_ffmpeg_cannot_read_leaves_no_copy_behind(tmp_path):
    source = tmp_path / "bad.mp4"
    source.write_text("not a video")
    with pytest.raises(Refusal) as refusal:
        review_copy(source, tmp_path / "review.mp4", found())
    assert refusal.value.sentence == "The video could not be converted: {reason}"
    assert refusal.value.facts["reason"]
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


def test_a_failed_copy_leaves_the_older_one_standing(tmp_path):
    source, target = tmp_path / "bad.mp4", tmp_path / "review.mp4"
    source.write_text("not a video")
    target.write_bytes(b"older")
    with pytest.raises(Refusal):
        review_copy(source, target, found())
    assert target.read_bytes() == b"older"


def test_the_poster_is_a_jpeg_of_the_clip(clip, tmp_path):
    poster(clip, tmp_path / "poster.jpg")
    assert (tmp_path / "poster.jpg").read_bytes().startswith(b"\xff\xd8\xff")


def test_there_is_always_an_ffmpeg_and_none_for_an_unknown_encoder():
    assert run([find_ffmpeg(), "-version"], seconds=60).output.startswith(b"ffmpeg version")
    with pytest.raises(Refusal, match="No ffmpeg"):
        find_ffmpeg("an_encoder_that_nobody_wrote")


def is_running(process: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def until(holds) -> None:
    while not holds():
        time.sleep(0.01)


def test_what_takes_too_long_is_ended_with_everything_it_started(tmp_path):
    with pytest.raises(Refusal) as refusal:
        run(["sh", "-c", "sleep 600 & echo $! > started; wait"], seconds=1, folder=tmp_path)
    assert refusal.value.sentence == "This took longer than {seconds} seconds and was stopped."
    until(lambda: not is_running(int((tmp_path / "started").read_text())))


def test_a_shutdown_ends_what_runs_and_does_not_blame_the_video(tmp_path):
    outcome: list[BaseException] = []

    def work() -> None:
        try:
            run(["sh", "-c", "echo > started; sleep 600"], seconds=600, folder=tmp_path)
        except FfmpegStoppedError as stopped:
            outcome.append(stopped)

    worker = threading.Thread(target=work)
    worker.start()
    until((tmp_path / "started").exists)
    end_ffmpeg()
    worker.join(timeout=60)
    assert len(outcome) == 1


def test_the_heavy_modules_stay_out_of_the_server():
    code = (
        "import sys, recording.video, recording.frames, recording.clips, recording.demux\n"
        "print(sorted({'cv2', 'av', 'numpy', 'imageio_ffmpeg'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
