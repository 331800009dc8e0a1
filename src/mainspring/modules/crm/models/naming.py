"""Names of a company's own lists, in the languages of its people."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from mainspring.kernel.models import Entity


class Named(Entity):
    """Base of an entry of a list of one's own: a code, a name and the name in other languages."""

    code = models.SlugField(gettext_lazy("code"), max_length=30)
    name = models.CharField(gettext_lazy("name"), max_length=80)
    names = models.JSONField(gettext_lazy("names in other languages"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.local_name

    def clean(self):
        if not isinstance(self.names, dict) or not all(isinstance(v, str) for v in self.names.values()):
            raise ValidationError({"names": _('Give names by language code, such as {"lt": "Derybos"}.')})

    @property
    def local_name(self) -> str:
        """The name in the reader's language, else the plain name."""
        return (self.names or {}).get(get_language() or "", "") or self.name


def in_languages(text) -> dict:
    """{"name": …, "names": {…}} of a translated text, for entries the product brings along."""
    found = {}
    for code in ("en", "zh-hans", "lt"):
        with override(code):
            found[code] = str(text)
    return {"name": found.pop("en"), "names": found}
