"""Make an API token for a person. It is printed once and kept only as a digest."""

import argparse
import json
from datetime import timedelta

HELP = "print a new API token of a person"


def add_arguments(parser):
    parser.add_argument("user", help="sign-in name")
    parser.add_argument("--name", default="command line", help="what the token is for")
    parser.add_argument("--days", type=int, default=0, help="valid for so many days (default: until it is revoked)")
    parser.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="RECORD:VERB,VERB",
        help="limit it, for example sales.salesorder:view,create; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)


def run(options):
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from mainspring.kernel import tokens
    from mainspring.kernel.models import User

    user = User.objects.filter(username=options.user).first()
    if user is None:
        raise ValidationError(f"there is no person “{options.user}”")
    if options.days < 0:
        raise ValidationError({"days": "the number of days must be above zero"})
    scopes = {entity: verbs.split(",") for entity, _sep, verbs in (text.partition(":") for text in options.allow)}
    ends = timezone.now() + timedelta(days=options.days) if options.days else None
    token, text = tokens.issue(user, options.name, scopes=scopes, expires_at=ends)
    print(json.dumps({"token": text, "id": token.pk}) if options.json else text)
