import pytest


def test_axe_fails_on_a_bad_page(page_at, axe):
    page = page_at(1280)
    page.set_content("<html><body><img src='x.png'><input><p style='color:#ccc;background:#fff'>Pale words</p></body></html>")

    with pytest.raises(AssertionError) as failed:
        axe(page)

    for rule in ("image-alt", "label", "color-contrast", "html-has-lang"):
        assert rule in str(failed.value)


def test_axe_passes_a_good_page(page_at, axe):
    page = page_at(360)
    page.set_content("<html lang='en'><head><title>Good</title></head><body><main><h1>Good</h1><p>Words</p></main></body></html>")

    axe(page)
