"""Writes a corpus of what trips clients: letters of many scripts, and texts around the size that a response may have.

The texts are made here because of their size. usage: odd_corpus.py FOLDER
"""

import pathlib
import sys

FINDING_AID = """Переписка Кеннеди и Хрущёва: 書簡

1. Kennedy to Khrushchev, 22 October 1962
"""

VOCABULARY = """
default_time_zone: "America/New_York" finding_aid_source: "finding-aid"
sources { id: "finding-aid" short_name: "finding aid" title: "The finding aid" }
participants {
  id: "kennedy" display_name: "Джон Ф. Кеннеди" time_zone: "America/New_York" audience: "washington"
  also_written: "Kennedy"
}
participants {
  id: "khrushchev" display_name: "Никита Сергеевич Хрущёв" time_zone: "Europe/Moscow" audience: "moscow"
  also_written: "Khrushchev"
}
audiences { id: "washington" display_name: "Вашингтон" time_zone: "America/New_York" }
audiences { id: "moscow" display_name: "Москва" time_zone: "Europe/Moscow" }
"""

# Cyrillic, Han, Hebrew from right to left, a letter with a combining accent, a character beyond the basic plane, and
# what JSON and C escape.
SCRIPTS = 'Хрущёв — Кеннеди: 書簡, מכתב, cafe\u0301, 🕊; "quoted", back\\slash, <b>&amp;</b>'


def document(id, title, text="", more=""):
    escaped = title.replace("\\", "\\\\").replace('"', '\\"')
    return (f'documents {{ id: "{id}" {more} kind: DOCUMENT_KIND_LETTER title: "{escaped}" authors: "khrushchev"'
            f' recipients: "kennedy" publicity: PUBLICITY_PRIVATE text: "{text}"'
            f' claims {{ date: "1962-10-23" source: "finding-aid" }} }}\n')


def write(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "finding_aid.txt").write_text(FINDING_AID)
    (folder / "curation.textproto").write_text(
        VOCABULARY
        + document("scripts", SCRIPTS, more="positions: 1")
        + document("large", "As long as an answer may be", "missile " * 400_000)
        + document("too-large", "Longer than an answer may be", "missile " * 600_000))
    return folder


if __name__ == "__main__":
    write(sys.argv[1])
