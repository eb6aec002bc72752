import html5lib
import pytest

from guidelines.versions.markdown import rendered


@pytest.mark.parametrize("top", ["#", "##", "###"])
def test_headings_start_where_the_page_leaves_off(top):
    html = rendered(f"{top} Time\n\n{top}# Being late\n\nSay so.\n", 3)

    assert "<h3>Time</h3>" in html
    assert "<h4>Being late</h4>" in html


def test_no_level_is_left_out_on_the_way_down():
    html = rendered("# First\n\n##### Far below\n\n# Then\n")

    assert html.split() == "<h2>First</h2> <h3>Far below</h3> <h2>Then</h2>".split()


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "# <script>alert(1)</script>",
        "[press](javascript:alert(1))",
        "[press](JaVaScRiPt:alert(1))",
        "[press](data:text/html;base64,PHNjcmlwdD4=)",
        "[press](vbscript:x)",
        "<javascript:alert(1)>",
        "[press](https://example.org 'x\" onmouseover=\"alert(1)')",
        '<a href="x" onclick="alert(1)">x</a>',
        "<style>body{display:none}</style>",
        "<iframe src=https://example.org></iframe>",
        "```\n</code><script>alert(1)</script>\n```",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ],
)
def test_nothing_runs_that_somebody_wrote(attack):
    # Read as a browser reads it: what counts is what becomes an element.
    tree = html5lib.parseFragment(rendered(attack), namespaceHTMLElements=False)

    for element in tree.iter():
        assert element.tag not in ("script", "style", "iframe", "img", "svg")
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert element.attrib.get("href", "https:").startswith(("https:", "http:", "mailto:"))


def test_a_picture_from_elsewhere_leaves_its_words_alone():
    words = rendered("See ![the map](https://example.org/track.png) here.")

    assert "the map" in words
    assert "example.org" not in words


def test_a_link_may_lead_to_a_page():
    assert 'href="https://example.org/help"' in rendered("[Help](https://example.org/help)")
