"""Sentences are kept as data and read in the language of the reader; what people type is never taken for one."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import gettext_noop

from mainspring.kernel import sentences
from mainspring.kernel.sentences import Sentence, join, say

STOCK = gettext_noop("%(quantity)s from free stock.")
LEAD = gettext_noop("%(quantity)s on %(date)s by lead time.")


def both() -> Sentence:
    return join((say(STOCK, quantity="3 pcs"), "", say(LEAD, quantity=Decimal("2.500"), date=date(2026, 3, 9))))


def test_a_sentence_is_worded_when_it_is_read():
    with translation.override("lt"):
        kept = sentences.stored(both(), 500)
    assert sentences.read(kept) == "3 pcs from free stock. 2.5 on 9 Mar 2026 by lead time."
    words = {}
    for language in ("lt", "zh-hans"):
        with translation.override(language):
            words[language] = str(sentences.read(kept))
    assert "2026-03-09" in words["lt"]
    assert "free stock" not in " ".join(words.values())
    assert len(set(words.values())) == 2


def test_a_sentence_may_hold_another():
    inner = say(gettext_noop("lead time of the item"))
    whole = say(gettext_noop("%(days)s working days (%(whose)s)"), days=5, whose=inner)
    assert sentences.read(sentences.stored(whole, 500)) == "5 working days (lead time of the item)"


@pytest.mark.parametrize(
    "typed", ['["%(a)999999999s",{"a":"x"}]', '{"day":"2026-01-01"}', '"quoted"', "[", "plain", ""]
)
def test_what_people_type_stays_what_they_typed(typed):
    kept = sentences.stored(typed, 500)
    assert sentences.read(kept) == typed
    assert sentences.read(sentences.stored(sentences.read(kept), 500)) == typed


def test_one_that_is_too_long_is_kept_as_worded():
    long = join([say(STOCK, quantity="9" * 80)] * 6)
    assert sentences.stored(long, 200) == str(long)[:200]
    assert len(sentences.read(sentences.stored(long, 5000))) == len(long)
