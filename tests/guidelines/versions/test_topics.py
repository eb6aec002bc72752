import html5lib
import pytest

from guidelines.versions.services import FIRST_TEXT
from guidelines.versions.topics import Change, changes, topics_of

# Each topic of the boundaries that a program must speak about, by a word of its title or its rule.
BOUNDARY_TOPICS = [
    *("what it is not", "giving notice", "reach each other", "homes and cars", "other people", "what stays between", "who reads them"),
    *("note-taking", "social media", "loans and paid work", "references and grades", "touch", "romance", "alcohol", "politics"),
    *("emergency", "after the end"),
]


def read(text):
    return "\n".join(f"{topic.title} {topic.body}" for topic in topics_of(text))


def test_each_heading_begins_a_topic():
    topics = topics_of("Welcome.\n\n## Time\n\nBe *early*.\n\n## Money\n\n- No loans\n")

    assert [(topic.title, topic.anchor) for topic in topics] == [("", "topic-0"), ("Time", "topic-1"), ("Money", "topic-2")]
    assert topics[1].body.strip() == "<p>Be <em>early</em>.</p>"
    assert topics[2].source == "## Money\n\n- No loans"


@pytest.mark.parametrize("top", ["#", "##", "###"])
def test_headings_start_where_the_page_leaves_off(top):
    topics = topics_of(f"{top} Time\n\n{top}# Being late\n\nSay so.\n\n{top} Money\n\nNone.")

    assert [topic.title for topic in topics] == ["Time", "Money"]
    assert "<h3>Being late</h3>" in topics[0].body


def test_no_level_is_left_out_on_the_way_down():
    topics = topics_of("### First\n\n##### Far below\n\n# Then\n\n> # Inside\n")

    assert [topic.title for topic in topics] == ["First", "Then"]
    assert "<h3>Far below</h3>" in topics[0].body
    assert "<h3>Inside</h3>" in topics[1].body


def test_a_text_without_a_heading_is_one_piece():
    assert [topic.title for topic in topics_of("Be kind.\n")] == [""]
    assert topics_of("") == []


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
    tree = html5lib.parseFragment("".join(topic.body for topic in topics_of(attack)), namespaceHTMLElements=False)

    for element in tree.iter():
        assert element.tag not in ("script", "style", "iframe", "img", "svg")
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert element.attrib.get("href", "https:").startswith(("https:", "http:", "mailto:"))


def test_a_picture_from_elsewhere_leaves_its_words_alone():
    words = read("See ![the map](https://example.org/track.png) here.")

    assert "the map" in words
    assert "example.org" not in words


def test_a_link_may_lead_to_a_page():
    assert 'href="https://example.org/help"' in read("[Help](https://example.org/help)")


def test_what_is_different_is_told_by_topic():
    old = "Hello.\n\n# Time\n\nEarly.\n\n# Money\n\nNone.\n"
    new = "Hello.\n\n#  Time\n\nA day before.\n\n# Touch\n\nAsk.\n"

    assert changes(old, new) == [
        Change("changed", "Time", "topic-1"),
        Change("new", "Touch", "topic-2"),
        Change("gone", "Money", ""),
    ]


def test_spaces_are_no_difference():
    assert changes("# Time\n\nA day before.\n", "# Time\n\nA day\nbefore.") == []


# --- the text that ships ---


def test_the_text_that_ships_speaks_of_every_boundary():
    text = FIRST_TEXT.read_text(encoding="utf-8")
    titles = [topic.title.lower() for topic in topics_of(text)]

    for topic in BOUNDARY_TOPICS:
        assert any(topic in title for title in titles), topic


def test_each_of_its_rules_has_a_reason_and_room_for_a_stricter_limit():
    with_rules = [topic for topic in topics_of(FIRST_TEXT.read_text(encoding="utf-8")) if "<strong>The rule.</strong>" in topic.body]

    assert len(with_rules) == len(BOUNDARY_TOPICS) + 1
    for topic in with_rules:
        assert "<strong>Why.</strong>" in topic.body, topic.title
        assert "<strong>Your own limit.</strong>" in topic.body, topic.title


def test_it_can_be_read_in_ten_minutes_and_speaks_of_no_gender():
    words = FIRST_TEXT.read_text(encoding="utf-8").lower().split()

    assert 1800 <= len(words) <= 2600
    assert not {"he", "she", "him", "his", "her", "hers", "himself", "herself"}.intersection(word.strip(".,“”") for word in words)
