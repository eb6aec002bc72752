"""The few lines of YAML that anybody can write."""

import pytest

from mentoring.kernel.plain_yaml import Value, front_of, quoted, values_in


def read(text):
    noted = []
    return values_in(text.split("\n"), lambda line, words: noted.append((line, words))), noted


def test_values_go_on_below_and_lists_keep_their_lines():
    values, noted = read("title: 'It''s: here'\nsummary: >-\n  One,\n  two.\n# aside\nfiles:\n  - a.md\n  - \"b.md\"\n")

    assert values == {
        "title": Value(1, "It's: here"),
        "summary": Value(2, "One, two."),
        "files": Value(6, "", ((7, "a.md"), (8, "b.md"))),
    }
    assert noted == []


@pytest.mark.parametrize(("text", "line", "words"), [("title: a\ntitle: b", 2, "twice"), ("title: a\nA title", 2, "not understood")])
def test_what_is_not_understood_is_told_with_its_line(text, line, words):
    _values, noted = read(text)

    assert [(at, words in said) for at, said in noted] == [(line, True)]


def test_what_was_quoted_comes_back():
    words = "'It''s' \"here\": #1 >-"

    assert read(f"title: {quoted(words)}")[0]["title"].text == words


@pytest.mark.parametrize("text", ["## A\n", "---\ntitle: A\n## B\n", ""])
def test_without_its_edges_what_stands_below_is_read_all_the_same(text):
    noted = []

    _values, begin = front_of(text.split("\n"), lambda line, words: noted.append(line))

    assert noted == [1]
    assert begin == len(text.split("\n")) or text.split("\n")[begin].startswith("## ")
