"""How the domain refuses something. The web maps it to a status."""

from __future__ import annotations

from portal.kit.i18n import Sentence


class Declined(Exception):
    """An action refuses, with a sentence to be translated; `facts` fill its placeholders."""

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = Sentence(sentence, facts)


class Missing(Declined):
    """Not there, or not yours: the answer is the same (404)."""

    def __init__(self, sentence: str = "", **facts: object) -> None:
        super().__init__(sentence, **facts)


class Refused(Declined):
    """It cannot happen now, whoever asks (409); `field` names the input that it is about, if any."""

    field = ""


class Invalid(Declined):
    """What was typed cannot be used (422); `field` names the input it belongs to."""

    def __init__(self, field: str, sentence: str, **facts: object) -> None:
        super().__init__(sentence, **facts)
        self.field = field


class Forbidden(Declined):
    """Signed in, but without the role for it (403)."""

    def __init__(self, sentence: str = "", **facts: object) -> None:
        super().__init__(sentence, **facts)
