"""One spelling of a party's name, so that the same company is found under any (rule K05). Pure functions."""

import re
import unicodedata

# Legal forms as words of their own, at the end or the start of a name, in the spelling left after folding.
_FORMS = (
    "uab ab mb vsi ii ltd limited llc llp lp plc inc incorporated corp corporation co company gmbh ag kg kgaa ohg se "
    "sa sas sarl srl spa bv nv oy oyj ou as asa aps sia kft zrt doo sro spzoo sl slu lda pty pte group holding"
)
_WORDS = frozenset(_FORMS.split())
_JOINED = {
    "sp z o o": "spzoo",
    "sp z oo": "spzoo",
    "s r o": "sro",
    "d o o": "doo",
    "s a": "sa",
    "s r l": "srl",
    "s p a": "spa",
    "a s": "as",
    "b v": "bv",
    "n v": "nv",
    "gmbh co kg": "kg",
    "s l": "sl",
}
_CHINESE = ("股份有限公司", "有限责任公司", "有限公司", "集团公司", "集团", "公司", "株式会社", "股份")
# Letters that carry their mark inside and so do not decompose.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def folded(text: str) -> str:
    """Half width, lower case, no diacritics, no punctuation, single blanks: "ＡＢ „Ąžuolas“" is "ab azuolas"."""
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", wide) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+|_", " ", re.sub(r"[.’'`]", "", bare) if _dotted(bare) else bare).split())


def name_key(name: str) -> str:
    """What two spellings of one company share: folded, without legal forms unless nothing else is left."""
    plain = folded(name)
    for spelled, joined in _JOINED.items():
        plain = re.sub(rf"\b{spelled}$|^{spelled}\b", joined, plain)
    words = plain.split()
    while len(words) > 1 and words[-1] in _WORDS:
        words.pop()
    while len(words) > 1 and words[0] in _WORDS:
        words.pop(0)
    key = "".join(words)
    for form in _CHINESE:
        shorter = key.removesuffix(form)
        if len(shorter) >= 2:
            key = shorter
    return key or folded(name).replace(" ", "")


def telling_words(name: str) -> list[str]:
    """The words of a name as written, without those at its ends that only say its legal form."""
    words = name.split()
    while len(words) > 1 and folded(words[-1]) in _WORDS:
        words.pop()
    while len(words) > 1 and folded(words[0]) in _WORDS:
        words.pop(0)
    return words


def sound_key(name: str) -> str:
    """How a name sounds, to find those alike: its key Chinese characters as pinyin without tones (华为: huawei)."""
    key = name_key(name)
    if not re.search(r"[\u3400-\u9fff]", key):
        return key
    from pypinyin import lazy_pinyin  # its tables take a moment to read, and few names need them

    return "".join(lazy_pinyin(key, errors="default"))


def _dotted(text: str) -> bool:
    """Whether dots only abbreviate (S.A., Ltd.), so that they vanish instead of parting words."""
    return bool(re.search(r"\b\w\.\w", text)) or text.rstrip().endswith(".")
