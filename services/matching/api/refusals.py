"""What matching says when it says no."""

from collections.abc import Mapping

from services.matching.rules import reasons
from shared.domain.marking import Addressed, Sentence, _

SENTENCES: Mapping[str, Sentence | Addressed] = {
    "programme-over": _("This programme is over: nobody can be paired in it any more."),
    # a pair, or a proposal
    "days-to-decline-over": _(
        "The days in which this pair could be declined are over: end it with “dissolve”, and say why."
    ),
    "decline-instead": _("A pair is declined with “decline”, in its first days; choose “own-wish”."),
    "not-as-manager": _("Only a programme manager can end a pair as one; choose “own-wish”."),
    "nothing-to-approve": _("This pair is no longer a proposal: there is nothing left to approve."),
    "nothing-to-decline": _("Only a pair that is together can be declined, and this one is not."),
    "nothing-to-dissolve": _("This pair is not together: there is nothing to dissolve."),
    "nothing-to-refuse": _("This pair is no longer a proposal: there is nothing left to refuse."),
    "pair-changed-meanwhile": _(
        "Something has changed for one of the two: they cannot be a pair any more. Refuse it instead."
    ),
    "pair-not-proposed": _("This pair is %(state)s: only a proposal can be approved or refused."),
    "round-does-not-stand": _("The round of this pair is %(state)s: its proposals do not stand."),
    "withdraw-instead": _("Somebody who no longer takes part withdraws in registration; that ends the pair, too."),
    # the waiting list
    "waits-for-nobody": Addressed(
        you=_("You wait for nobody: you have a partner, or no longer take part."),
        others=_("This participant waits for nobody: they have a partner, or no longer take part."),
    ),
    # a round
    "apart-takes-no-part": _(
        "“%(participant_id)s” does not take part in this programme, so there is nobody to keep them apart from."
    ),
    "freed-takes-no-part": _(
        "“%(participant_id)s” does not take part in this programme, so there is nobody to allow or unlock."
    ),
    "round-forgotten": _(
        "What the trial “%(round_id)s” proposed was deleted %(days)s days after its end: compare with a younger one."
    ),
    "too-many-couples": _("A round keeps at most %(most)s couples together, and as many apart: allow or unlock some."),
    "too-many-rounds": _("This programme has had %(most)s rounds and trials; there cannot be more."),
    "round-not-cancellable": _("This round is %(state)s: only before it is approved can a round be cancelled."),
    "round-not-proposed": _("This round is %(state)s: only a round that proposes pairs can be approved."),
    "round-of-another-programme": _(
        "This round belongs to another programme: ask with another round_id, or with none."
    ),
    "round-without-result": _("The round “%(round_id)s” is %(state)s and has no result to compare."),
    "rounds-of-different-programmes": _("These rounds belong to different programmes: compare rounds of one."),
    "rules-fail": _("The rules cannot be applied to this record: %(error)s."),
    # two whom a manager puts together
    "together-against-rules": _("“%(mentor_id)s” and “%(mentee_id)s” cannot be put together. %(rules)s"),
    "together-and-apart": _(
        "“%(mentor_id)s” and “%(mentee_id)s” cannot be put together and kept apart at once: choose one."
    ),
    "together-in-other-role": _(
        "“%(mentor_id)s” and “%(mentee_id)s” cannot be put together. "
        "“%(participant_id)s” is no %(role)s in this programme."
    ),
    "together-takes-no-part": _(
        "“%(mentor_id)s” and “%(mentee_id)s” cannot be put together. "
        "“%(participant_id)s” does not take part in this programme."
    ),
    "together-without-place": _(
        "“%(mentor_id)s” and “%(mentee_id)s” cannot be put together. "
        "“%(participant_id)s” has as many partners as they can take."
    ),
}


def _to_managers(sentence: Sentence | Addressed) -> str:
    return str(sentence.to(False) if isinstance(sentence, Addressed) else sentence)


WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {
        "member": _("member"),
        "pair": _("pair"),
        "place": _("place"),
        "programme": _("programme"),
        "request": _("request"),
        "round": _("round"),
        "waitinglist": _("waiting list"),
    },
    "rules": {rule: _to_managers(sentence) for rule, sentence in reasons.BROKEN.items()},
    "state": {
        "approving": _("approving"),
        "cancelled": _("cancelled"),
        "completed": _("completed"),
        "declined": _("declined"),
        "dissolved": _("dissolved"),
        "dropped": _("dropped"),
        "failed": _("failed"),
        "formed": _("formed"),
        "proposed": _("proposed"),
        "requested": _("requested"),
        "running": _("running"),
        "superseded": _("superseded"),
    },
}
"""Fact → its value → the word for it."""
