"""What the partner reads of notes and files: what is shared with the partner, on every surface, and nothing else."""

import io
import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from mainspring_fleet.models import Inspection, Vehicle

from mainspring.kernel import collaboration, commands, sharing, timeline
from mainspring.kernel.models import Attachment, Note, Role, RoleGrant, RowHistory

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def ona(cast):
    return cast.person("ona", "fleet_manager")


@pytest.fixture
def van(cast, ona):
    return commands.create(Vehicle, cast.ctx(ona), plate="ABC123", seats=3)


@pytest.fixture
def partner(cast):
    """A person of a supplier who sees vehicles and no inspections."""
    role = Role.objects.create(code="outside", name="outside", portal=True)
    RoleGrant.objects.create(role=role, entity="fleet.vehicle", verbs=["view"], scope="company", fields={})
    return cast.person("partner", "outside")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def drawing(record, ctx, name="drawing.pdf"):
    return collaboration.attach(record, ctx, name=name, content=io.BytesIO(b"%PDF bracket"))


def told(ctx, record) -> str:
    return json.dumps([vars(e) for e in timeline.entries(ctx, record)[0]], default=str)


def test_a_drawing_reaches_the_supplier_when_it_is_shared_and_not_before(cast, ona, van, partner):
    """SEC-01, Z06."""
    ours, theirs = cast.ctx(ona), cast.ctx(partner)
    file, note = drawing(van, ours), collaboration.add_note(van, ours, text="Torque 40 Nm")
    assert (file.shared, note.shared) == (False, False)
    assert "drawing.pdf" not in told(theirs, van)
    assert not sharing.files(theirs).exists()

    sharing.share(file, ours, shared=True)
    sharing.share(note, ours, shared=True)
    assert "drawing.pdf" in told(theirs, van)
    assert "Torque" in told(theirs, van)
    assert "ona" not in told(theirs, van)  # our people speak for the company
    assert str(cast.company) in told(theirs, van)
    assert sharing.files(theirs).get() == file
    assert RowHistory.objects.filter(table_name="kernel_attachment", operation="UPDATE").count() == 1

    sharing.share(file, ours, shared=False)
    assert "drawing.pdf" not in told(theirs, van)


def test_what_the_partner_adds_is_shared_and_stays_so(cast, ona, van, partner):
    ours, theirs = cast.ctx(ona), cast.ctx(partner)
    note, file = collaboration.add_note(van, theirs, text="When?"), drawing(van, theirs, "photo.pdf")
    assert note.shared
    assert file.shared
    assert "partner" in told(theirs, van)
    with pytest.raises(ValidationError, match="stays in the partner's sight"):
        sharing.share(note, ours, shared=False)
    with pytest.raises(PermissionDenied):
        sharing.share(file, theirs, shared=False)


def test_only_who_may_change_the_record_or_wrote_it_shares_it(cast, ona, van, partner):
    guest = cast.person("guest", "fleet_guest")
    file = drawing(van, cast.ctx(ona))
    with pytest.raises(PermissionDenied):
        sharing.share(file, cast.ctx(guest), shared=True)
    assert not Attachment.objects.get().shared
    own = collaboration.add_note(van, cast.ctx(guest), text="mine")
    assert sharing.share(own, cast.ctx(guest), shared=True).shared


def test_nothing_is_shared_where_no_partner_can_see_the_record(cast, ona, van, partner):
    inspection = commands.create(Inspection, cast.ctx(ona), vehicle=van, done_on="2026-03-02")
    note = collaboration.add_note(inspection, cast.ctx(ona), text="Brakes")
    assert sharing.possible(Vehicle)
    assert not sharing.possible(Inspection)
    with pytest.raises(ValidationError, match="No partner"):
        sharing.share(note, cast.ctx(ona), shared=True)


def test_the_page_sets_the_mark_and_the_partner_downloads_only_what_is_shared(
    client, settings, cast, ona, van, partner
):
    def browser(person):
        client.force_login(person, MODEL_BACKEND)
        return client

    file, note = drawing(van, cast.ctx(ona)), collaboration.add_note(van, cast.ctx(ona), text="Torque")
    page = f"/timeline/fleet.vehicle/{van.pk}/"
    assert f"/files/{file.pk}/share/" in browser(ona).get(page).content.decode()
    assert f"/notes/{note.pk}/share/" in client.get(page).content.decode()
    assert browser(partner).get(f"/files/{file.pk}/").status_code == 404
    assert client.post(f"/files/{file.pk}/share/", {"shared": "1"}).status_code == 404
    assert client.post(f"/notes/{note.pk}/share/", {"shared": "1"}).status_code == 404

    assert browser(ona).post(f"/files/{file.pk}/share/", {"shared": "1"}).status_code == 200
    assert "shared with the partner" in client.post(f"/notes/{note.pk}/share/", {"shared": "1"}).content.decode()
    shown = browser(partner).get(page).content.decode()
    assert "drawing.pdf" in shown
    assert "Torque" in shown
    assert "/share/" not in shown
    assert b"".join(client.get(f"/files/{file.pk}/").streaming_content) == b"%PDF bracket"
    assert Note.objects.get().shared
