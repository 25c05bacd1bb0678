"""The publication rail: what may not be said, in many words; what a good FAQ says; and what a claim tells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.publication import default_rail, fold, review_text

PROMOTION = [
    "Kratom combined with magnesium eases withdrawal naturally.",
    "Many people find that kratom and magnesium work together to take the sting out of the first days.",
    "The leaf has a natural magnesium content, which is why it soothes restless nights.",
    "Magnesium and kratom have a synergistic effect on the nervous system.",
    "Together they normalise the receptors that opioids have worn out.",
    "Pick the right strain for your goals: red for rest, green for energy.",
    "Recommended dosages start at 2 grams and rise to 5 grams.",
    "Choosing the right strain is the key to a gentle recovery.",
    "This plant helps your brain find its balance again.",
    "Kratom, rich in minerals, supports the body during detox.",
    "Magnesium calms overactive nerves and makes quitting easier.",
    "By binding to the same receptors, kratom satisfies the craving without the high.",
    "A daily magnesium supplement can reduce cravings.",
    "Kratom offers a natural alternative to methadone.",
    "Its alkaloids relieve pain and lift the mood.",
    "Combining the two enhances the calming effects of each.",
    "Users report fewer withdrawal symptoms when they add magnesium.",
    "The benefits of kratom for recovery are well known in Asia.",
    "Red vein kratom is best for sleep and relaxation.",
    "Kratom is a safe and gentle way to leave opioids behind.",
    "Start with a low dose and increase it slowly until the discomfort fades.",
    "Magnesium glycinate is the best form for anxiety.",
    "With kratom you can wean yourself off stronger substances.",
    "Studies show that magnesium protects the brain during withdrawal.",
    "Kratom tea has been used for centuries to fight fatigue and opium dependence.",
    "Adding magnesium potentiates kratom so you need less of it.",
    "It restores dopamine levels and brings back joy.",
    "Unlike prescription drugs, kratom is not addictive.",
    "Kratom can serve as a bridge from heroin to a clean life.",
    "Magnesium deficiency is behind most cravings, so top it up daily.",
    "Kratom powder with warm water is enough to get through the day.",
    "Look for a trusted vendor with lab-tested products.",
    "White strains boost energy and focus in early recovery.",
    "This combination is a holistic remedy for addiction.",
    "The herb relaxes muscles, improves sleep and curbs the urge to use.",
    "You will find that the shakes disappear once you take magnesium.",
    "Kratom helps people stay off alcohol.",
    "Take your magnesium in the evening with food for the best results.",
    "Natural remedies such as kratom have fewer side effects than medication.",
    "Kratom works hand in hand with magnesium to ease muscle cramps and anxiety.",
    "Balancing your neurotransmitters with herbs is the first step to freedom.",
    "Kratom and magnesium for addiction recovery: a natural path",
    "Maeng da is the most popular choice for opiate withdrawal.",
]

REJECTED = [
    pytest.param("Take 2 capsules in the morning and 1 before bed.", "dose", id="dose"),
    pytest.param("**Take** 5\u200b0 m\u200bg twice a day.", "dose", id="dose-hidden"),
    pytest.param("Lower it by 10 percent each week.", "taper", id="taper"),
    pytest.param("Valerian helps with sleepless nights.", "remedy", id="remedy"),
    pytest.param("This leaf resets your dopamine.", "benefit-claim", id="benefit"),
    pytest.param("You can drink beer while taking gabapentin.", "interaction", id="interaction"),
    pytest.param("Never drink alcohol with your methadone.", "interaction", id="warning"),
    pytest.param("The green strain is the best one.", "product-choice", id="product"),
    pytest.param("You can detox at home on your own.", "home-detox", id="home-detox"),
    pytest.param("Stop taking your antidepressants once you feel well.", "stop-medicine", id="stop"),
    pytest.param("That means you have bipolar disorder.", "diagnosis", id="diagnosis"),
    pytest.param("Chest pain is normal and nothing to worry about.", "symptom-reassurance", id="reassurance"),
    pytest.param("A little wine while you are pregnant does no harm.", "pregnancy", id="pregnancy"),
    pytest.param("Give a second spray of naloxone after 3 minutes.", "naloxone-dose", id="naloxone"),
    pytest.param("It is out of your system after three days.", "detection-time", id="detection"),
    pytest.param("Drink vinegar to beat the drug test.", "test-cheating", id="cheating"),
    pytest.param("Use code LEAF20 for 20% off your first order.", "sourcing", id="coupon"),
    pytest.param("Hold it under the tongue so that it hits harder.", "method-detail", id="method"),
    pytest.param("A moderator will drive over and stay with you.", "rescue-promise", id="rescue"),
    pytest.param("Nobody will ever find out what you write here.", "confidentiality-promise", id="secrecy"),
    pytest.param("Methadone is not real recovery.", "discourage-help", id="discourage"),
]

PUBLISHABLE = [
    "Talk to your doctor or pharmacist about it. Most pharmacists will answer by phone.",
    "Naloxone can reverse an opioid overdose. Pharmacies and harm-reduction groups hand it out free.",
    "Please don't stop a medicine suddenly; speak to a clinician first.",
    "Stopping alcohol suddenly can be dangerous. Call your doctor or a detox unit first.",
    "Call or text 988, 24 hours a day. If someone is not breathing, call 911.",
    "The group meets 2 times a week, Monday and Thursday at 7 pm, for 90 minutes.",
    "A 28-day stay costs between 9,000 and 12,000 dollars. Ask for a sliding scale.",
    "Medication-assisted treatment exists and is prescribed by doctors.",
    "Exercise, a fixed bedtime and balanced meals help many of us. Drink enough water.",
    "Meditation and slow breathing can ease stress. Start with five minutes.",
    "A walk or a call to your sponsor can help a craving pass.",
    "A boundary says what you will do. You can love him and still not lend him money.",
    "We don't answer questions about doses, tapering or supplements. A pharmacist can.",
    "People on methadone or buprenorphine are members like everyone else.",
    "We ask everyone to keep what they read to themselves, but we can't promise that nobody will tell.",
    "Moderators are volunteers. We cannot send help to you.",
    "Finding a meeting",
    "naloxone",
    "988 Suicide & Crisis Lifeline",
]


@pytest.mark.parametrize("text", PROMOTION)
def test_a_promotion_of_plants_and_supplements_is_rejected(text: str) -> None:
    assert review_text(text), text


@pytest.mark.parametrize(("text", "kind"), REJECTED)
def test_each_kind_of_claim_is_named(text: str, kind: str) -> None:
    assert kind in {claim.kind for claim in review_text(text)}


@pytest.mark.parametrize("text", PUBLISHABLE)
def test_what_a_good_faq_says_may_be_published(text: str) -> None:
    assert review_text(text) == ()


def test_a_claim_points_at_its_words_in_the_original() -> None:
    """Markdown and invisible characters before a claim do not move its place."""
    text = "> **Hello** \u200b\u200bfriend. Please take **2 tablets** every night."
    dose = next(claim for claim in review_text(text) if claim.kind == "dose")
    assert "2 tablets" in text[dose.start : dose.end]


def test_a_claim_says_what_is_wrong_where_and_how_to_mend_it() -> None:
    (claim,) = review_text("Use code LEAF20 for 20% off your first order.", what="link title")
    assert claim.what.startswith("In this link title: ")
    assert claim.mend.endswith(".")


@pytest.mark.parametrize("kind", ["dose", "taper", "remedy", "sourcing", "stop-medicine", "method-detail"])
def test_what_harms_can_never_be_lifted(kind: str) -> None:
    assert not any(rule.liftable for rule in default_rail().rules if rule.kind == kind)


def test_published_facts_can_be_lifted() -> None:
    """A warning or a treatment fact may be quoted from a health service, with a moderator's name to it."""
    facts = ("Mixing alcohol and benzos can kill.", "Methadone treatment lowers the risk of overdose.")
    for fact in facts:
        claims = review_text(fact)
        assert claims, fact
        assert all(claim.liftable for claim in claims), fact


def test_an_unknown_text_is_not_advice() -> None:
    """Words that were never seen speak for neither side."""
    assert review_text("Qwx zzyq vlorp, brandel quorn hestig plim; sorvel adnix trelm.") == ()


def test_titles_have_no_tone() -> None:
    """A short title is judged by the named rules alone."""
    assert review_text("Coming back after a lapse and telling people about it", what="title") == ()


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_reviewed(text: str) -> None:
    """No string raises, every span lies inside the text, and the folded text knows its origin."""
    folded = fold(text)
    assert len(folded.text) == len(folded.at)
    for claim in review_text(text):
        assert 0 <= claim.start < claim.end <= len(text)
