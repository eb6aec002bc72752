import socket
from collections.abc import Iterator
from threading import Event, Thread, Timer

import pytest

GOOD = "<html lang='en'><head><title>Good</title></head><body><main><h1>Good</h1><p>Words</p></main></body></html>"


@pytest.fixture
def slow_page() -> Iterator[tuple[str, Event]]:
    """The address of a good page whose head is there at once, and what lets the rest of it come."""
    rest = Event()

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Content-Type-Options: nosniff\r\n")
            connection.sendall(f"Content-Length: {len(GOOD)}\r\n\r\n".encode())
            rest.wait()
            connection.sendall(GOOD.encode())

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", rest
        rest.set()


def test_axe_fails_on_a_bad_page(page_at, axe):
    page = page_at(1280)
    page.set_content("<html><body><img src='x.png'><input><p style='color:#ccc;background:#fff'>Pale words</p></body></html>")

    with pytest.raises(AssertionError) as failed:
        axe(page)

    for rule in ("image-alt", "label", "color-contrast", "html-has-lang"):
        assert rule in str(failed.value)


def test_axe_passes_a_good_page(page_at, axe):
    page = page_at(360)
    page.set_content(GOOD)

    axe(page)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("<p style='width:500px'>Wide words</p>", "sideways where 360 are shown"),
        ("<style>@media (min-width: 600px) { p { width: 1500px } }</style><p>Wide words</p>", "sideways where 1280 are shown"),
        ("<p style='color:#ccc;background:#fff'>Pale words</p>", "color-contrast"),
        ("<style>@media (max-width: 600px) { img { display: none } }</style><img src='x.png'>", "image-alt"),
        ("<style>@media (min-width: 600px) { img { display: none } }</style><img src='x.png'>", "image-alt"),
        ("<h1>Another</h1>", "h1"),
    ],
)
def test_a_page_looks_right_at_both_widths_or_it_is_said(page_at, looks_right, inside, told):
    page = page_at(1280)
    page.set_content(f"<html lang='en'><head><title>A page</title></head><body><main><h1>A page</h1>{inside}</main></body></html>")

    with pytest.raises(AssertionError, match=told):
        looks_right(page, "a-page")


def test_a_page_is_as_wide_afterwards_as_before(page_at, looks_right):
    page = page_at(1280)
    page.set_content(GOOD)

    looks_right(page, "good")

    assert page.evaluate("innerWidth") == 1280


@pytest.mark.parametrize("way", ["axe", "looks_right"])
def test_a_page_that_is_on_its_way_is_waited_for(request, page_at, slow_page, way):
    look = request.getfixturevalue(way)
    address, rest = slow_page
    page = page_at(1280)
    page.goto(address, wait_until="commit")
    Timer(0.3, rest.set).start()

    look(page, *["good"] * (way == "looks_right"))
