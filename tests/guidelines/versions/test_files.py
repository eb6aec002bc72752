import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.versions.files import INTRODUCTION, LIST, Texts, read_files, read_topic, read_zip, shipped, topic_in_words, write_zip
from guidelines.versions.topics import faults_of
from mentoring.kernel.archives import Unreadable
from tests.factories.guidelines import MONEY, TIME

# Each topic of the boundaries that a program must speak about, by a word of its title.
BOUNDARY_TOPICS = [
    *("what it is not", "notice", "channels", "homes and cars", "other people", "what stays between", "who reads them"),
    *("note-taking", "social media", "money", "references", "touch", "romance", "alcohol", "politics", "emergency", "after the end"),
]
FILES = {LIST: "introduction: introduction.md\ntopics:\n  - 01-time.md\n", INTRODUCTION: "Be kind.\n", "01-time.md": topic_in_words(TIME)}


def complaints(files):
    with pytest.raises(Unreadable) as unreadable:
        read_files(files)
    return [str(mistake) for mistake in unreadable.value.mistakes]


def test_what_is_saved_as_a_file_is_taken_in_again():
    texts = Texts("Be kind.\n", (TIME, MONEY))

    assert read_zip(io.BytesIO(write_zip(texts))) == texts


@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=40))
def test_whatever_can_be_kept_comes_back_as_it_was(words):
    words = " ".join(words.split())
    written = replace(TIME, title=words, rule=words, limits=(words, f"{words} and more"), situation=f"{words}\n\n- {words}")
    if not list(faults_of(written)):
        assert read_topic(topic_in_words(written), "01-time.md") == written


def test_a_topic_is_known_by_the_name_of_its_file():
    assert read_files(FILES).topics == (TIME,)
    assert read_topic(FILES["01-time.md"], "being-early.md").key == "being-early"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        (LIST, "topics:\n  - 01-time.md\n  - 02-money.md\n", "guidelines.yaml, line 3: There is no file “02-money.md”."),
        (LIST, "topics: &a [*a, *a]\n", "guidelines.yaml, line 1: Below “topics:”"),
        (LIST, "topics:\n", "guidelines.yaml, line 1: Below “topics:”"),
        (LIST, "A list of topics\n", "guidelines.yaml, line 1: This line is not understood."),
        (LIST, "topics:\n  - 01-time.md\n  - 01-time.md\n", "guidelines.yaml, line 3: “time” stands here twice."),
        ("02-money.md", topic_in_words(MONEY), "02-money.md: This file is not listed in guidelines.yaml."),
        (INTRODUCTION, "x" * 10_001, "introduction.md: Write at most 10000 characters."),
        ("01-time.md", "## The rule\nEarly.\n", "01-time.md, line 1: It begins with a line of three hyphens"),
        ("01-time.md", "---\ntitle: Time\n---\nEarly.\n", "01-time.md, line 4: This stands above the first heading"),
        ("01-time.md", "---\ntitle: Time\n---\n## Rules\nEarly.\n", "01-time.md, line 4: Each of these headings"),
        ("01-time.md", "---\ntitle: Time\n---\n## The rule\nEarly.\n", "01-time.md: Say why"),
        (
            "01-time.md",
            "---\ntitle: Time\n---\n## The rule\nx\n## Why\nx\n## A situation\nx\n### Wait\nx\n",
            "01-time.md, line 10: An answer begins with",
        ),
        (
            "01-time.md",
            "---\ntitle: Time\n---\n## The rule\nx\n## Why\nx\n## My own stricter limit\n- One.\n",
            "01-time.md, line 8: Give from 2 to 6 limits",
        ),
    ],
)
def test_whatever_is_wrong_is_told_with_its_file_and_line(name, text, sentence):
    assert any(words.startswith(sentence) for words in complaints({**FILES, name: text})), complaints({**FILES, name: text})


def test_without_a_list_there_are_no_guidelines():
    assert complaints({"01-time.md": FILES["01-time.md"]})[0].startswith("guidelines.yaml: This file is missing.")


def test_a_file_named_like_no_topic_is_told():
    files = {LIST: "topics:\n  - Über uns.md\n", "Über uns.md": FILES["01-time.md"]}

    assert "Name the file by its place and a short word" in complaints(files)[0]


# --- the set that ships ---


def test_the_set_that_ships_speaks_of_every_boundary_in_order():
    titles = [topic.title.lower() for topic in shipped().topics]

    assert len(titles) == len(BOUNDARY_TOPICS)
    assert [word for word, title in zip(BOUNDARY_TOPICS, titles, strict=True) if word not in title] == []


def test_each_of_its_topics_has_a_situation_with_more_than_one_good_answer():
    for topic in shipped().topics:
        assert topic.limit_question, topic.key
        assert sum(answer.fits for answer in topic.answers) > 1, topic.key
        assert not all(answer.fits for answer in topic.answers), topic.key


def test_only_where_nothing_is_stricter_is_there_no_limit_to_choose():
    assert [topic.key for topic in shipped().topics if not topic.limits] == ["romance", "emergencies"]


def test_it_speaks_of_no_gender():
    texts = shipped()
    words = " ".join([texts.introduction, *map(topic_in_words, texts.topics)]).lower().split()

    gendered = {"he", "she", "him", "his", "her", "hers", "himself", "herself"}
    assert not gendered.intersection(word.strip(".,“”?!") for word in words)
