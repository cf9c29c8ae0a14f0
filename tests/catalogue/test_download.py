"""Downloads from a server on this machine that behaves well, and in many ways does not."""

import errno
import hashlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from types import SimpleNamespace

import pytest
import requests

import graphspec.catalogue.download as module
from graphspec import InputError, __version__
from graphspec.catalogue.download import DownloadSettings, download

DATA = random.Random(1).randbytes(300_000)
HALF = len(DATA) // 2
SHA256 = hashlib.sha256(DATA).hexdigest()
QUICK = DownloadSettings(wait=0, stall_timeout=5, poll=0.01)
ONCE = QUICK.changed(attempts=1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self)
        self.server.answers.pop(0)(self) if len(self.server.answers) > 1 else self.server.answers[0](self)

    def log_message(self, *args):
        pass

    def reply(self, code, body=b"", **headers):
        self.send_response(code)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    @property
    def start(self):
        """The first byte that is asked for."""
        return int(self.headers.get("Range", "bytes=0-")[6:-1])


class Server(ThreadingHTTPServer):
    """Answers requests by the functions in `answers`, one after the other, and by the last one from then on."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.answers = [whole()]
        self.go_on = threading.Event()
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.url = f"{self.address}/edges.bin"

    @property
    def ranges(self):
        return [each.headers.get("Range") for each in self.asked]

    def handle_error(self, request, client_address):
        pass  # clients hang up here


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.go_on.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "edges.bin"


@pytest.fixture
def sleeps(monkeypatch):
    """Waits, which take no time."""
    waits = []
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=waits.append, time=time.time))
    return waits


def whole(data=DATA, tag='"1"', **headers):
    """Return an answer as it should be, with ranges."""

    def answer(handler):
        if tag is not None:
            headers["ETag"] = tag
        start = handler.start if handler.headers.get("If-Range") in (None, tag) else 0
        if start >= len(data) > 0:
            handler.reply(416, Content_Range=f"bytes */{len(data)}", Content_Length=0)
        elif start:
            content_range = f"bytes {start}-{len(data) - 1}/{len(data)}"
            handler.reply(206, data[start:], Content_Length=len(data) - start, Content_Range=content_range, **headers)
        else:
            handler.reply(200, data, Content_Length=len(data), **headers)

    return answer


def fixed(code, body=b"", **headers):
    """Return an answer that is always the same."""
    return lambda handler: handler.reply(code, body, **{"Content_Length": len(body), **headers})


def cut(count=HALF, data=DATA, **headers):
    """Return an answer of which only `count` bytes come."""
    return fixed(200, data[:count], Content_Length=len(data), **{"ETag": '"1"', **headers})


def held(handler):
    """Send one half, and the other when the test says so."""
    handler.reply(200, DATA[:HALF], Content_Length=len(DATA), ETag='"1"')
    handler.server.go_on.wait(20)
    handler.wfile.write(DATA[HALF:])


def chunked(*chunks, end=b"0\r\n\r\n", code=200, **headers):
    """Return an answer in chunks."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks)
    return lambda handler: handler.reply(code, body + end, Transfer_Encoding="chunked", **{"ETag": '"1"', **headers})


def names(target):
    return sorted(each.name for each in target.parent.iterdir())


def part_of(target):
    return target.with_name(".edges.bin.part")


def refused(url, target, settings=ONCE, **arguments):
    """Return the message of a download that fails, and leaves nothing under the final name."""
    with pytest.raises(InputError) as caught:
        download(url, target, settings=settings, **arguments)
    assert not target.exists()
    message = str(caught.value)
    assert message.startswith(f"{url}: ")
    assert "\n" not in message
    return message.removeprefix(f"{url}: ")


def begin(server, target, data=DATA, **headers):
    """Download the first half of a file."""
    server.answers = [cut(data=data, **headers)]
    refused(server.url, target)
    assert part_of(target).read_bytes() == data[:HALF]
    server.asked.clear()


# --- whole files


@pytest.mark.parametrize("sha256", [None, SHA256, SHA256.upper()])
def test_a_file_is_downloaded(server, target, sha256):
    calls = []

    def progress(done, total):
        assert not target.exists()  # it has its name when it is whole
        calls.append((done, total))

    download(server.url, target, sha256=sha256, progress=progress, settings=ONCE)
    assert target.read_bytes() == DATA
    assert names(target) == ["edges.bin"]
    assert calls[0] == (0, len(DATA))
    assert calls[-1] == (len(DATA), len(DATA))
    assert calls == sorted(calls)
    headers = server.asked[0].headers
    assert headers["User-Agent"] == f"graphspec/{__version__}"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Range"] is headers["If-Range"] is None


def test_an_existing_file_is_replaced_at_the_end_only(server, target):
    target.write_bytes(b"old")
    contents = set()
    download(server.url, target, progress=lambda *_: contents.add(target.read_bytes()), settings=ONCE)
    assert contents == {b"old"}
    assert target.read_bytes() == DATA


def test_the_content_is_on_disk_before_the_name(server, target, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append((os.fstat(descriptor).st_size, target.exists())))
    download(server.url, target, settings=ONCE)
    assert synced == [(len(DATA), False)]


def test_through_a_link_the_file_that_it_points_to_is_replaced(server, target, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target.symlink_to(tmp_path / "elsewhere" / "stored")
    download(server.url, target, settings=ONCE)
    assert target.is_symlink()
    assert (tmp_path / "elsewhere" / "stored").read_bytes() == DATA


def test_files_of_unknown_length_come_in_chunks(server, target):
    server.answers = [chunked(DATA[:1000], DATA[1000:])]
    calls = []
    download(server.url, target, progress=lambda *call: calls.append(call), settings=ONCE)
    assert target.read_bytes() == DATA
    assert calls[-1] == (len(DATA), None)


def test_without_a_length_only_the_checksum_tells_a_cut_from_the_end(server, target):
    server.answers = [lambda handler: handler.reply(200, DATA)]
    message = "the server does not say how long the file is: put the file edges.bin into a folder that GRAPHSPEC_DATA "
    assert refused(server.url, target).startswith(message)
    download(server.url, target, sha256=SHA256, settings=ONCE)
    assert target.read_bytes() == DATA


def test_blocks_have_the_size_of_the_settings(server, target):
    calls = []
    download(server.url, target, progress=lambda *call: calls.append(call[0]), settings=ONCE.changed(block=7000))
    assert max(after - before for before, after in pairwise(calls)) <= 7000
    assert target.read_bytes() == DATA


def test_proxies_of_the_environment_are_used(server, target, monkeypatch):
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", server.address)
    download("http://graphs.invalid/edges.bin", target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.asked[0].path == "http://graphs.invalid/edges.bin"


# --- resumption


def test_a_later_call_goes_on(server, target):
    server.answers = [cut()]
    message = f"150,000 of {len(DATA):,} bytes came, then the connection was cut: another call goes on from there"
    assert refused(server.url, target) == message
    assert names(target) == [".edges.bin.part", ".edges.bin.part.json"]
    server.answers, calls = [whole()], []
    download(server.url, target, progress=lambda *call: calls.append(call), settings=ONCE)
    assert target.read_bytes() == DATA
    assert names(target) == ["edges.bin"]
    assert server.ranges == [None, f"bytes={HALF}-"]
    assert server.asked[1].headers["If-Range"] == '"1"'
    assert calls[0] == (HALF, len(DATA))


def test_attempts_go_on(server, target):
    server.answers = [cut(), fixed(503), whole()]
    download(server.url, target, settings=QUICK)
    assert target.read_bytes() == DATA
    assert server.ranges == [None, f"bytes={HALF}-", f"bytes={HALF}-"]


def test_the_date_identifies_a_file_whose_tag_is_weak(server, target):
    date = formatdate(10**9, usegmt=True)
    begin(server, target, ETag='W/"1"', Last_Modified=date)
    server.answers = [
        fixed(206, DATA[HALF:], Content_Range=f"bytes {HALF}-{len(DATA) - 1}/{len(DATA)}", Last_Modified=date)
    ]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.asked[0].headers["If-Range"] == date


@pytest.mark.parametrize("settings", [ONCE, QUICK])
def test_what_cannot_be_identified_is_not_resumed(server, target, settings):
    server.answers = [cut(ETag='W/"1"')]
    assert refused(server.url, target, settings).endswith(" was cut: another call starts anew")
    server.answers = [whole()]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert set(server.ranges) == {None}


def test_the_checksum_identifies_a_file_at_the_end(server, target):
    server.answers = [cut(ETag="")]
    assert refused(server.url, target, sha256=SHA256).endswith(": another call goes on from there")
    server.answers = [whole(tag=None)]
    download(server.url, target, sha256=SHA256, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.ranges == [None, f"bytes={HALF}-"]


def test_a_server_without_ranges_sends_all(server, target):
    begin(server, target)
    server.answers = [fixed(200, DATA)]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.ranges == [f"bytes={HALF}-"]


def test_a_changed_file_is_downloaded_anew(server, target):
    begin(server, target, data=bytes(len(DATA)))
    server.answers = [whole(tag='"2"')]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.ranges == [f"bytes={HALF}-"]


END = f"{len(DATA) - 1}/{len(DATA)}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Range": f"bytes {HALF}-{END}", "ETag": '"2"'},  # a server that ignores If-Range
        {"Content_Range": f"bytes {HALF}-{len(DATA)}/{len(DATA) + 1}"},
        {"Content_Range": f"bytes {HALF - 1}-{END}"},
        {"Content_Range": f"bytes {HALF}-{len(DATA) - 1}/*"},
        {"Content_Range": "all"},
        {},
    ],
)
def test_a_range_of_another_file_is_not_used(server, target, headers):
    begin(server, target, data=bytes(len(DATA)))
    server.answers = [fixed(206, DATA[HALF:], **headers), whole(tag='"2"')]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.ranges == [f"bytes={HALF}-", None]


def test_a_range_that_the_server_does_not_have_is_asked_for_once(server, target):
    begin(server, target)
    server.answers = [whole(data=DATA[:1000])]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA[:1000]
    assert server.ranges == [f"bytes={HALF}-", None]
    target.unlink()
    begin(server, target)
    server.answers = [fixed(416)]
    assert refused(server.url, target).startswith("the server answers 416 (Requested Range Not Satisfiable): put ")
    assert server.ranges == [f"bytes={HALF}-", None]


def test_a_shorter_range_is_not_the_rest(server, target):
    begin(server, target)
    piece = fixed(206, DATA[HALF : HALF + 1000], Content_Range=f"bytes {HALF}-{HALF + 999}/{len(DATA)}", ETag='"1"')
    server.answers = [piece]
    assert refused(server.url, target).startswith("151,000 of 300,000 bytes came, then the connection was cut: ")
    server.answers = [whole()]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA


def test_a_range_that_was_not_asked_for_is_refused(server, target):
    server.answers = [fixed(206, DATA[HALF:], Content_Range=f"bytes {HALF}-{END}", ETag='"1"')]
    assert refused(server.url, target).startswith("the server answers 206 (Partial Content): ")


def test_a_part_of_another_address_is_not_used(server, target):
    begin(server, target)
    server.answers = [whole()]
    download(f"{server.url}?version=2", target, settings=ONCE)
    assert set(server.ranges) == {None}


@pytest.mark.parametrize("notes", ["", "[", "{}", "null", '["a"]'])
def test_a_part_with_damaged_notes_is_not_used(server, target, notes):
    begin(server, target)
    part_of(target).with_suffix(".part.json").write_text(notes)
    server.answers = [whole()]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.ranges == [None]


def test_an_interruption_leaves_the_part(server, target):
    def interrupt(done, total):
        if done >= HALF:
            raise KeyboardInterrupt

    server.answers = [held]
    with pytest.raises(KeyboardInterrupt):
        download(server.url, target, progress=interrupt, settings=QUICK)
    assert not target.exists()
    server.answers = [whole()]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert server.ranges == [None, f"bytes={HALF}-"]


def test_a_killed_process_leaves_the_part(server, target):
    server.answers = [held]
    code = f"from pathlib import Path; from graphspec.catalogue.download import download; download({server.url!r}, "
    with subprocess.Popen([sys.executable, "-c", f"{code}Path({str(target)!r}))"]) as process:
        deadline = time.monotonic() + 20
        while not part_of(target).exists() or part_of(target).stat().st_size < HALF:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert names(target) == [".edges.bin.part", ".edges.bin.part.json"]
    server.answers = [whole()]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA
    assert names(target) == ["edges.bin"]
    assert server.ranges == [None, f"bytes={HALF}-"]


# --- checks


def test_another_checksum_is_refused(server, target):
    begin(server, target, data=bytes(len(DATA)))
    server.answers = [whole()]  # the same tag: the pieces do not belong together
    message = refused(server.url, target, sha256=SHA256)
    assert re.fullmatch(
        f"the checksum differs: found [0-9a-f]{{12}}..., expected {SHA256[:12]}...: another call starts anew", message
    )
    assert SHA256[:12] not in message.partition("expected")[0]
    assert names(target) == []


def test_a_stalled_server_is_given_up(server, target):
    server.answers = [held]
    message = refused(server.url, target, ONCE.changed(stall_timeout=0.2))
    assert message == "150,000 of 300,000 bytes came, then nothing for 0.2 s: another call goes on from there"
    assert part_of(target).read_bytes() == DATA[:HALF]  # nothing that came is lost


def test_a_server_that_does_not_answer_is_given_up(server, target):
    server.answers = [lambda handler: handler.server.go_on.wait(20)]
    assert refused(server.url, target, ONCE.changed(stall_timeout=0.2)).startswith("cannot be reached (timed out): ")


def test_chunks_that_are_cut_are_refused(server, target):
    server.answers = [chunked(DATA[:1000], end=b"ff\r\nabc")]
    assert refused(server.url, target).startswith("1,003 bytes came, then the connection was cut: ")
    server.answers = [chunked(DATA[:1000], end=b"")]
    server.asked.clear()
    part_of(target).unlink()
    assert refused(server.url, target).startswith("1,000 bytes came, then the connection was cut: ")


def test_bytes_beyond_the_announced_length_are_refused(server, target):
    server.answers = [chunked(DATA, Content_Length=1000)]
    message = "the server sends more than the 1,000 bytes that it announced"
    assert refused(server.url, target) == message
    assert names(target) == []
    begin(server, target)
    server.answers = [chunked(DATA[HALF:], b"more", code=206, Content_Range=f"bytes {HALF}-{END}")]
    assert refused(server.url, target) == "the server sends more than the 300,000 bytes that it announced"
    # What follows the announced bytes without chunks is not part of the answer, by the rules of HTTP.
    server.answers = [fixed(200, DATA, Content_Length=1000)]
    assert refused(server.url, target, sha256=SHA256).startswith("the checksum differs: ")


@pytest.mark.parametrize("answer", [fixed(200), chunked(), fixed(204)])
def test_an_empty_file_is_refused(server, target, answer):
    server.answers = [answer]
    message = refused(server.url, target)
    assert message == "the file is empty" or message.startswith("the server answers 204 (No Content): ")
    assert names(target) == []


def test_a_web_page_is_refused(server, target):
    server.answers = [fixed(200, b"<html>", Content_Type="text/html; charset=utf-8")]
    message = "the address gives a web page, not a file: put the file edges.bin into a folder that GRAPHSPEC_DATA names"
    assert refused(server.url, target) == message
    download(server.url, target.with_suffix(".html"), settings=ONCE)
    assert target.with_suffix(".html").read_bytes() == b"<html>"


def test_an_error_page_does_not_touch_the_part(server, target):
    begin(server, target)
    server.answers = [fixed(200, b"<html>log in", Content_Type="text/html")]
    refused(server.url, target)
    assert part_of(target).read_bytes() == DATA[:HALF]


def test_compressed_transfer_is_refused(server, target):
    server.answers = [fixed(200, DATA, Content_Encoding="gzip")]
    assert refused(server.url, target).startswith("the server sends the file compressed (gzip), which was not asked ")
    stored = target.with_suffix(".txt.gz")  # here the server names the compression of the file itself
    download(server.url, stored, settings=ONCE)
    assert stored.read_bytes() == DATA


# --- errors


def test_a_missing_file_is_not_asked_for_again(server, target):
    server.answers = [fixed(404, b"<html>", Content_Type="text/html")]
    assert refused(server.url, target, QUICK) == "there is no such file (404)"
    assert len(server.asked) == 1
    assert names(target) == []


def test_a_forbidden_file_can_be_got_by_hand(server, target):
    server.answers = [fixed(403)]
    assert refused(server.url, target, QUICK).startswith("the server answers 403 (Forbidden): put the file edges.bin ")
    assert len(server.asked) == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_servers_out_of_order_are_asked_again(server, target, code, sleeps):
    server.answers = [fixed(code), fixed(code), whole()]
    download(server.url, target, settings=DownloadSettings(wait=3))
    assert target.read_bytes() == DATA
    assert sleeps == [3, 6]


def test_attempts_end(server, target, sleeps):
    server.answers = [fixed(500)]
    assert refused(server.url, target, DownloadSettings(attempts=4)).endswith(
        "(Internal Server Error): try again later"
    )
    assert len(server.asked) == 4
    assert sleeps == [1, 2, 4]


def test_servers_say_how_long_to_wait(server, target, sleeps):
    server.answers = [fixed(429, Retry_After="7"), fixed(503, Retry_After=formatdate(time.time() + 50)), whole()]
    download(server.url, target, settings=DownloadSettings())
    assert sleeps == [7, pytest.approx(49.5, abs=0.6)]
    target.unlink()
    server.answers = [fixed(503, Retry_After="soon"), whole()]
    download(server.url, target, settings=DownloadSettings())
    assert sleeps[2:] == [1]
    target.unlink()
    server.answers = [fixed(429, Retry_After="31")]
    message = refused(server.url, target, DownloadSettings(longest_wait=30))
    assert message == "the server answers 429 (Too Many Requests): try again in 31 s"
    assert len(sleeps) == 3


def test_redirects_are_followed(server, target):
    server.answers = [*[fixed(302, Location="/next")] * 10, whole()]
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize("limit", [10, 2])
def test_redirects_end(server, target, limit):
    server.answers = [fixed(302, Location="/next")]
    message = f"cannot be downloaded (Exceeded {limit} redirects.): check the address"
    assert refused(server.url, target, QUICK.changed(max_redirects=limit)) == message
    assert len(server.asked) == limit + 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/edges.bin"])
def test_only_http_is_spoken(server, target, address):
    server.answers = [fixed(302, Location=address)]
    assert "No connection adapters were found for" in refused(server.url, target, QUICK)
    assert refused(address, target) == "expected an address that begins with http:// or https://"
    assert len(server.asked) == 1


def test_passwords_are_not_shown(server, target):
    server.answers = [fixed(404)]
    with pytest.raises(InputError, match=f"^{re.escape(server.url)}: there is no such file"):
        download(server.url.replace("//", "//ada:secret@"), target, settings=ONCE)
    assert server.asked[0].headers["Authorization"].startswith("Basic ")


def test_a_refused_connection_says_what_to_do_without_a_network(target, monkeypatch, sleeps):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/edges.bin"
    message = "cannot be reached (Connection refused): without a network, put the file edges.bin into a folder that "
    assert refused(url, target, DownloadSettings()) == f"{message}GRAPHSPEC_DATA names"
    assert len(sleeps) == 2
    assert names(target) == []


def test_an_unknown_host_says_what_to_do_without_a_network(target, monkeypatch):
    def fail(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    message = refused("http://graphs.invalid/edges.bin", target)
    assert message.startswith("cannot be reached (Name or service not known): without a network, put the file ")


def test_certificates_and_timeouts_are_those_of_requests(target, monkeypatch):
    given = {}

    def fail(self, url, **arguments):
        given.update(arguments)
        raise requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")

    monkeypatch.setattr(requests.Session, "get", fail)
    message = refused("https://127.0.0.1/edges.bin", target, QUICK.changed(connect_timeout=4))
    assert message.endswith("self-signed): REQUESTS_CA_BUNDLE names a file of certificates to trust")
    assert given["timeout"] == (4, 5)
    assert "verify" not in given


@pytest.mark.parametrize("url", ["http://", "http://[::1", "https://a b:x/"])
def test_what_is_no_address_is_refused(target, url):
    assert refused(url, target, QUICK).startswith("cannot be downloaded (")


def test_targets_that_cannot_be_written_are_refused(server, target, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="is a folder"):
        download(server.url, tmp_path)
    with pytest.raises(InputError, match=r"missing does not exist: make it first"):
        download(server.url, tmp_path / "missing" / "edges.bin")
    assert server.asked == []

    def fail(self, block):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module._Part, "write", fail)
    with pytest.raises(InputError, match=r"edges.bin: cannot be written \(No space left on device\)$"):
        download(server.url, target)


def test_a_callback_whose_reader_has_gone_is_no_error_of_the_file(server, target):
    def fail(done, total):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        download(server.url, target, progress=fail)


# --- several at once


def test_others_wait_for_the_first(server, target):
    server.answers = [held]
    waiting = set()

    def progress(done, total):
        assert not target.exists() or target.read_bytes() == DATA
        if total is None:
            waiting.add(threading.get_ident())
            if len(waiting) == 3 and done == HALF:
                server.go_on.set()

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(download, server.url, target, progress=progress, settings=QUICK) for _ in range(4)]
    assert [each.result() for each in calls] == [None] * 4
    assert target.read_bytes() == DATA
    assert len(server.asked) == 1
    assert names(target) == ["edges.bin"]


def test_the_next_goes_on_where_the_first_failed(server, target):
    def stall(handler):
        handler.reply(200, DATA[:HALF], Content_Length=len(DATA), ETag='"1"')
        handler.server.go_on.wait(20)

    def progress(done, total):
        if total is None and done == HALF:
            server.go_on.set()

    server.answers = [stall, whole()]
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(download, server.url, target, progress=progress, settings=ONCE) for _ in range(2)]
    assert sum(each.exception() is None for each in calls) == 1
    assert target.read_bytes() == DATA
    assert server.ranges == [None, f"bytes={HALF}-"]


def test_a_lock_on_a_part_that_was_moved_does_not_count(server, target, monkeypatch):
    lock, moved = module.fcntl.flock, []

    def finish_first(stream, mode):
        # Another process finishes between the opening of the part and the lock.
        if not moved:
            moved.append(os.replace(part_of(target), target))
            target.write_bytes(b"other")
        lock(stream, mode)

    monkeypatch.setattr(module.fcntl, "flock", finish_first)
    download(server.url, target, settings=ONCE)
    assert target.read_bytes() == b"other"
    assert server.asked == []
    target.unlink()
    moved.clear()
    # What the other process left is not what this one is to have.
    contents = set()
    download(server.url, target, sha256=SHA256, progress=lambda *_: contents.add(target.read_bytes()), settings=ONCE)
    assert contents == {b"other"}
    assert target.read_bytes() == DATA
    assert names(target) == ["edges.bin"]


def test_the_time_between_looks_is_that_of_the_settings(server, target, monkeypatch, sleeps):
    lock, busy = module.fcntl.flock, [True, True]
    monkeypatch.setattr(module.fcntl, "flock", lambda *arguments: is_busy(busy) or lock(*arguments))
    download(server.url, target, settings=DownloadSettings(poll=0.7))
    assert sleeps == [0.7, 0.7]


def is_busy(busy):
    if busy:
        busy.pop()
        raise BlockingIOError


def test_without_locks_every_call_has_its_own_part(server, target, monkeypatch):
    def fail(stream, mode):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(module.fcntl, "flock", fail)
    server.answers, sizes = [held], {}

    def look():
        sizes.update({each.name: each.stat().st_size for each in target.parent.glob(".*.part")})
        server.go_on.set()

    both = threading.Barrier(2, look, timeout=10)

    def progress(done, total):
        if done == HALF:
            both.wait()

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(download, server.url, target, progress=progress, settings=QUICK) for _ in range(2)]
    assert [each.result() for each in calls] == [None, None]
    assert list(sizes.values()) == [HALF, HALF]
    assert target.read_bytes() == DATA
    assert names(target) == ["edges.bin"]
    target.unlink()
    server.answers = [cut()]
    assert refused(server.url, target).endswith("then the connection was cut: another call starts anew")
    assert names(target) == []
    server.answers = [cut(), whole()]  # attempts of one call go on
    server.asked.clear()
    download(server.url, target, settings=QUICK)
    assert server.ranges == [None, f"bytes={HALF}-"]
    assert target.read_bytes() == DATA
