"""Claims about groups: 38 zombie groups, 43 the host."""

from __future__ import annotations

from sim.experiment.claims.claim import Arm, Claim, Part, Settings, against

_ONLY_OFFERS: Settings = (
    "strategies.community.content={useful: 0, interesting: 0, affectionate: 0, profitable: 1}",)
# Four times the groups of the shipped scenario, with four times its first customers and host hours, so that each
# group begins as there: lifetimes need numbers.
_GROUPS: Settings = ("strategies.community.groups=20", "brand.seed_customers=400", "strategies.community.host_hours=12")
_NO_HOST: Settings = ("strategies.community.host_hours=0",)
# The offers stay (.3 items a day as before), everything of use goes.
_NO_VALUE: Settings = (*_ONLY_OFFERS, "strategies.community.posts_a_day=0.3")
_NO_PACKETS: Settings = ("strategies.community.red_packets.amount=0",)
_NO_RULES: Settings = ("strategies.community.rules=false",)
_BISTABLE = ("mechanisms.audience.social_effect", "mechanisms.audience.decay", "mechanisms.audience.noise")


def _group(*settings: str) -> Arm:
    return Arm("community", (*_GROUPS, *settings))


def _host_against(id_: str, lever: Settings) -> Part:
    """Return the part: groups without a host are dead for longer than groups without another lever."""
    return Part(id_, "dead_group_days", against(_group(*_NO_HOST), _group(*lever)),
                off=("mechanisms.audience.host_half=100000 hours",),
                rests_on=("mechanisms.audience.host_effect", "mechanisms.audience.value_effect", *_BISTABLE[:2]))


ZOMBIES = Claim(38, (
    # Nothing but offers: more group-days as zombies than with the mix. Off: offers do no harm and nothing decays.
    Part("a", "dead_group_days", against(_group(*_ONLY_OFFERS), _group()),
         off=("mechanisms.audience.mode=static",),
         rests_on=("mechanisms.audience.promo_harm", "mechanisms.audience.items_scale", *_BISTABLE)),
    # Lifetimes of those groups are short or long, nothing between. Off: a group does not live on itself.
    Part("b", "two_lives", (_group(*_ONLY_OFFERS),), off=("mechanisms.audience.social_effect=0",),
         rests_on=("mechanisms.audience.promo_harm", *_BISTABLE)),
))

HOST = Claim(43, (
    _host_against("a", _NO_VALUE),
    _host_against("b", _NO_PACKETS),
    _host_against("c", _NO_RULES),
))

CLAIMS = (ZOMBIES, HOST)
