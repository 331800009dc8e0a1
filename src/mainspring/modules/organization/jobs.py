"""Links for choosing a password, mailed in the background and written down nowhere."""

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mainspring.kernel import jobs
from mainspring.kernel.models import User


@jobs.job("organization.password_link", title=gettext_lazy("Mail a link for choosing a password"))
def password_link(run, ctx, *, user_id):
    """The link is made here and goes into the mail only; it ends with its first use or after the days set."""
    user = User.objects.get(pk=user_id)
    with translation.override(user.language):
        key = EmailAwarePasswordResetTokenGenerator().make_token(user)
        path = f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{key}/"
        text = _("Hello %(name)s,\n\nchoose your password here:\n%(link)s\n\nYour user name is %(user)s.")
        send_mail(
            f"{settings.PRODUCT_NAME}: {_('Choose your password')}",
            text % {"name": user, "link": settings.BASE_URL + path, "user": user.username},
            None,
            [user.email],
        )
