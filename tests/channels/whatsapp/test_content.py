"""What a form says, where it is odd."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.whatsapp.content import gather_referral, kind_of, read_media, read_text
from models.errors import PayloadError
from models.inbound import InboundMedia

_URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def _kind(**form: str) -> str:
    return kind_of(form, read_media(form), read_text(form))


def _refusal(**form: str) -> str:
    with pytest.raises(PayloadError) as caught:
        _kind(**form)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("image/jpeg", "image"),
        ("image/webp", "sticker"),
        ("audio/ogg; codecs=opus", "audio"),
        ("video/3gpp", "video"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document"),
        ("text/csv", "document"),
        ("Text/VCard", "contact"),
        ("text/x-vcard", "contact"),
        ("font/woff2", "media"),
        ("", "media"),
    ],
)
def test_a_file_without_a_stated_kind_has_that_of_its_type(content_type: str, kind: str) -> None:
    assert _kind(NumMedia="1", MediaUrl0=_URL, MediaContentType0=content_type) == kind


def test_a_stated_kind_decides_between_a_picture_and_a_sticker() -> None:
    assert _kind(NumMedia="1", MessageType="image", MediaContentType0="image/webp") == "image"


def test_a_contact_card_is_a_contact_whatever_it_is_stated_to_be() -> None:
    assert _kind(NumMedia="1", MessageType="document", MediaContentType0="text/vcard") == "contact"


def test_every_file_is_listed_in_order_and_one_without_a_url_is_not_dropped() -> None:
    form = {"NumMedia": "2", "MediaUrl0": _URL, "MediaContentType0": "image/png", "MediaContentType1": "image/gif"}
    assert read_media(form) == (InboundMedia("image/png", "", _URL), InboundMedia("image/gif"))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("tabela de preços.xlsx", "tabela de preços.xlsx"),
        ("veja a proposta", ""),
        ("veja\nproposta.pdf", ""),
        ("../../etc/passwd.txt", ""),
        ("", ""),
    ],
)
def test_a_caption_that_is_nothing_but_a_file_name_names_the_document(body: str, name: str) -> None:
    form = {"NumMedia": "1", "Body": body, "MediaUrl0": _URL, "MediaContentType0": "application/pdf"}
    assert read_media(form)[0].name == name
    assert read_text(form) == body


def test_only_a_document_is_named_by_its_caption() -> None:
    form = {"NumMedia": "1", "Body": "vitrine.jpg", "MediaUrl0": _URL, "MediaContentType0": "image/jpeg"}
    assert read_media(form)[0].name == ""


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"NumMedia": "11"}, "NumMedia"),
        ({"NumMedia": "-1"}, "NumMedia"),
        ({"NumMedia": "1NumSegments1"}, "NumMedia"),
        ({"NumMedia": "1", "MediaUrl0": "file:///etc/passwd"}, "MediaUrl0"),
        ({"NumMedia": "1", "MediaUrl0": f"{_URL} x"}, "MediaUrl0"),
        ({"NumMedia": "1", "MediaContentType0": f"image/jpegMediaUrl0{_URL}"}, "MediaContentType0"),
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg\r\nX: y"}, "MediaContentType0"),
        ({"Latitude": "-23.5"}, "Longitude"),
        ({"Longitude": "-46.6"}, "Latitude"),
        ({"Latitude": "91", "Longitude": "0"}, "Latitude"),
        ({"Latitude": "0", "Longitude": "180.5"}, "Longitude"),
        ({"Latitude": "nan", "Longitude": "0"}, "Latitude"),
        ({"Latitude": "-23.5Longitude-46.6", "Longitude": "1"}, "Latitude"),
    ],
)
def test_a_field_that_holds_more_than_itself_is_refused(form: dict[str, str], field: str) -> None:
    assert _refusal(**form).startswith(f"{field}: ")


def test_a_place_with_a_caption_is_both() -> None:
    text = read_text({"Body": "estou aqui", "Latitude": "-23.5", "Longitude": "-46.6", "Label": "Loja\n 2"})
    assert text == "estou aqui\nLocalização: Loja 2 (-23.5, -46.6)"


def test_a_place_is_not_named_twice() -> None:
    text = read_text({"Latitude": "1", "Longitude": "2", "Label": "Loja", "Address": "Loja"})
    assert text == "Localização: Loja (1, 2)"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"ButtonText": "Sim", "Body": ""}, "Sim"),
        ({"MessageType": "interactive", "ListTitle": "Sul", "ListId": "s", "Body": "s"}, "Sul"),
        ({"MessageType": "button", "ButtonText": "", "Body": "Sim"}, "Sim"),
        ({"MessageType": "text", "ButtonText": "Sim", "Body": "outra coisa"}, "outra coisa"),
    ],
)
def test_what_was_tapped_is_read_by_its_title(form: dict[str, str], text: str) -> None:
    assert read_text(form) == text
    assert _kind(**form) == "text"


def test_an_advertisement_without_an_id_still_counts() -> None:
    fields = {"ReferralNumMedia": "0", "ReferralBody": "Oferta", "WaId": "1"}
    assert gather_referral(fields) == {
        "WaId": "1",
        "referral": {"ReferralNumMedia": "0", "ReferralBody": "Oferta"},
    }
    empty = {"ReferralNumMedia": "0", "ReferralBody": ""}
    assert gather_referral(empty) == empty


_NAMES = st.sampled_from(
    [
        "Body",
        "NumMedia",
        "MediaUrl0",
        "MediaContentType0",
        "MessageType",
        "Latitude",
        "Longitude",
        "ButtonText",
        "Label",
    ]
)


@settings(deadline=None)
@given(st.dictionaries(_NAMES, st.text(max_size=30) | st.sampled_from(["1", "2", "text", "image/png", _URL])))
def test_any_form_has_a_kind_of_one_word_or_is_refused_with_the_field_s_name(form: dict[str, str]) -> None:
    try:
        found, allowed = _kind(**form), set[str]()
    except PayloadError as error:
        found = str(error).partition(":")[0].rstrip("0123456789")
        allowed = {"NumMedia", "MediaUrl", "MediaContentType", "Latitude", "Longitude"}
    assert not allowed or found in allowed
    assert found.replace("_", "").replace("-", "").isalpha()
