"""Claims about groups: 38 zombie groups, 39 sock puppets, 43 the host."""

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
_BISTABLE = ("mechanisms.audience.social_effect", "mechanisms.audience.decay")
"""What decides whether groups have one stable state or two (domain 4.12 in the form of market 0.6)."""


def _group(*settings: str) -> Arm:
    return Arm("community", (*_GROUPS, *settings))


def _host_against(id_: str, lever: Settings) -> Part:
    """Return the part: groups without a host are dead for longer than groups without another lever."""
    return Part(id_, "dead_group_days", against(_group(*_NO_HOST), _group(*lever)),
                off=("mechanisms.audience.host_half=100000 hours",),
                rests_on=("mechanisms.audience.host_effect", "mechanisms.audience.decay"))


ZOMBIES = Claim(38, (
    # Nothing but offers: more group-days as zombies than with the mix. Off: offers do no harm and nothing decays.
    Part("a", "dead_group_days", against(_group(*_ONLY_OFFERS), _group()),
         off=("mechanisms.audience.mode=static",),
         rests_on=("mechanisms.audience.promo_harm", *_BISTABLE)),
    # Lifetimes of those groups are short or long, nothing between. Off: a group does not live on itself.
    Part("b", "two_lives", (_group(*_ONLY_OFFERS),), off=("mechanisms.audience.social_effect=0",),
         rests_on=("mechanisms.audience.promo_harm", *_BISTABLE)),
))

_KPI: Settings = ("strategies.community.kpi=activity",)
_FAKES: Settings = ("strategies.community.fake_accounts=5",)
_NO_TARGET: Settings = ("strategies.community.kpi_target=0",)

PUPPETS = Claim(39, (
    # Where activity is the target, what is seen of it rises, and what is true falls: hours go into fakes, not care.
    # Off: the target asks for nothing.
    Part("a", "observed_activity", against(_group(*_KPI), _group()), off=_NO_TARGET,
         rests_on=("mechanisms.detection.fake_detection", "mechanisms.audience.host_effect")),
    Part("b", "true_activity", against(_group(*_KPI), _group()), direction=-1, off=_NO_TARGET,
         rests_on=("mechanisms.detection.fake_detection", "mechanisms.audience.host_effect")),
    # The wrong KPI picks the fakes: the policy that looks better earns less.
    Part("c", "profit_fen", against(_group(*_KPI), _group()), direction=-1, off=_NO_TARGET,
         rests_on=("mechanisms.detection.fake_detection", "mechanisms.audience.host_effect")),
    # Crash on discovery: sales with fakes that can be found out against fakes that cannot. Off: nobody minds.
    Part("d", "gmv_fen", against(_group(*_FAKES), _group(*_FAKES, "mechanisms.detection.fake_detection=0")),
         relative=True, direction=-1,
         off=("mechanisms.detection.fake_trust_left=1", "mechanisms.detection.fake_harm=0"),
         rests_on=("mechanisms.detection.fake_trust_left", "mechanisms.detection.fake_harm")),
))

HOST = Claim(43, (
    _host_against("a", _NO_VALUE),
    _host_against("b", _NO_PACKETS),
    _host_against("c", _NO_RULES),
))

CLAIMS = (ZOMBIES, PUPPETS, HOST)
