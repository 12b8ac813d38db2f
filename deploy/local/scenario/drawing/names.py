"""Names that sound like their country, and addresses nobody owns."""

import unicodedata

from faker import Faker

LOCALES = {
    "BR": "pt_BR",
    "DE": "de_DE",
    "FR": "fr_FR",
    "GB": "en_GB",
    "IN": "en_IN",
    "US": "en_US",
}


class Names:
    """Invents names, the same ones for the same seed and order of questions."""

    def __init__(self, seed: int) -> None:
        self._fakers = {country: Faker(locale) for country, locale in LOCALES.items()}
        for faker in self._fakers.values():
            faker.seed_instance(seed)

    def name(self, country: str) -> str:
        """A first and a last name."""
        faker = self._fakers[country]
        return f"{faker.first_name()} {faker.last_name()}"


def address(name: str, number: int) -> str:
    """An e-mail address of a domain reserved for examples; ``number`` keeps namesakes apart."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = ["".join(letter for letter in word if letter.isalnum()) for word in plain.split()]
    return f"{'.'.join(word for word in words if word)}.{number}@example.com"
