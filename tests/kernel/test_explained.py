"""What help says about records is there for every kind and in every language."""

import pytest
from django.utils import translation

from mainspring.kernel import explained, resource

RESOURCES = [
    pytest.param(res, id=key)
    for key, res in sorted(resource.registry.items())
    if not res.model.__module__.startswith("mainspring_")  # a plug-in speaks its own languages
]


class Gear:
    """What turns (rule P01), or `stands`;
    one tooth at a time (M12, D04).

    width  not for people
    """


def test_only_the_first_paragraph_without_marks_is_told():
    assert explained.of(Gear) == "What turns, or `stands`; one tooth at a time."


@pytest.mark.parametrize("res", RESOURCES)
def test_every_kind_of_record_is_explained_in_every_language(res):
    texts = {}
    for language in ("en", "zh-hans", "lt"):
        with translation.override(language):
            texts[language] = res.explanation
    assert all(texts.values())
    assert len(set(texts.values())) == 3, texts
    assert "`" not in texts["en"]
    assert not explained.MARKS.search(texts["en"])
