"""What people in danger write, and what only sounds like it: the crisis policy as a whole.

The sentences are in many registers and spellings on purpose. A danger must get the crisis card with
the kind of danger that orders the help lines; a harmless twin must not get the card.
"""

from __future__ import annotations

from functools import cache

import pytest

from guardrails import Danger, Guard, Route

S, OD, P, M = Danger.SELF_HARM, Danger.OVERDOSE, Danger.POISONING, Danger.MEDICAL_EMERGENCY
A, T, V = Danger.ABUSE, Danger.THREAT, Danger.VIOLENCE
C, PET, U = Danger.CHILD, Danger.PET, Danger.UNKNOWN

IN_DANGER: tuple[tuple[str, frozenset[Danger]], ...] = tuple(
    (text, frozenset(dangers))
    for text, *dangers in (
        # Wishing not to live, in the active and the passive.
        ("I want to die.", S),
        ("honestly i wanna be dead", S),
        ("i keep wishing i was never born", S),
        ("I don’t want to be alive anymore", S),
        ("I DO NOT WANT TO LIVE ANY MORE", S),
        ("id be ok with not waking up tomorrow tbh", S),
        ("every night I pray I won't wake up", S),
        ("there's no reason for me to keep living", S),
        ("so tired of being alive", S),
        ("life isn't worth living since she left", S),
        ("i’ve been thinking about ending my life", S),
        ("been having suicidal thoughts since monday", S),
        ("my suicidal thoughts are back", S),
        ("I was suicidal two years ago and now it's back again", S),
        ("i just want to disappear forever", S),
        ("I'm not suicidal but I wouldn't mind not waking up", S),
        ("rather be dead than go through another winter like this", S),
        ("can't see myself making it to new year", S),
        # In slang, disguise and typography.
        ("gonna kms tonight", S),
        ("thinking of unaliving myself ngl", S),
        ("i am going to k.i.l.l m.y.s.e.l.f", S),
        ("i w a n t t o d i e", S),
        ("1 want to k1ll mys3lf", S),
        ("i want to d\u200bie", S),
        ("||i want to kill myself||", S),
        ("sewerslide sounds good rn, im serious, want to die", S),
        ("i wаnt to die", S),
        ("ima end it tonight lol", S),
        ("lmao anyway i want to kill myself", S),
        # Being a burden.
        ("my kids would be better off without me", S),
        ("nobody would even notice if i was gone", S),
        ("everyone would be happier if i wasn't here", S),
        ("I won't be a burden to any of you much longer", S),
        ("i'm worth more dead than alive to them", S),
        # Goodbyes and getting ready.
        ("I have written goodbye letters to my children", S),
        ("by the time you read this i'll be gone", S),
        ("please look after my cat when i'm gone", S),
        ("tell my mum I love her and I'm sorry", S),
        ("gave away all my things and I feel so calm now", S),
        ("My affairs are in order. I feel at peace. Please don't blame anyone.", S),
        ("tonight is my last night", S),
        ("goodbye everyone, sorry i wasn't stronger", S),
        # Means, places, plans.
        ("I'm standing on the bridge and i can't stop crying help", S),
        ("the tablets are lined up in front of me", S),
        ("i've got a rope round my neck", S),
        ("sitting here with my dad's gun in my lap", S),
        ("I keep thinking about driving into a wall", S),
        ("i have a plan to end my life", S),
        ("been saving up my pills for months until i have enough", S),
        ("I don't trust myself tonight", S),
        ("i shouldn't be alone right now", S),
        ("i'm scared of what i might do to myself", S),
        # Looking for a way, or a line.
        ("what's the least painful way to die", S),
        ("how do i kill myself", S),
        ("how many would it take to never wake up", S),
        ("for my novel: how would she end her life so that nobody suspects?", S),
        ("what's the number for the suicide hotline", S),
        ("is there a crisis line i can text, i can't talk out loud", S),
        ("samaritans number please", S),
        # Self-harm.
        ("I've started cutting again", S),
        ("i cut my arms last night and it won't stop bleeding", S),
        ("really strong urge to hurt myself", S),
        ("relapsed on self-harm yesterday", S),
        ("how do i hide fresh cuts on my wrists from my mum", S),
        ("I keep burning myself with a lighter", S),
        ("been making myself throw up after every meal", S),
        # Somebody else.
        ("my friend told me she wants to die, what do I say?", S),
        ("How do I help somebody who is suicidal?", S),
        ("my brother texted me goodbye, i love you, and now his phone is off", S),
        ("my sister says she's going to kill herself and locked the door", S),
        ("found blades under my daughter's mattress", S),
        ("mod here: a member keeps posting that he wants to end it all", S),
        ("my ex says he'll kill himself if i leave", S),
        ("I don't want to be here anymore. nvm forget it im fine", S),
        # Overdose.
        ("i took too many pills and im scared", OD),
        ("she swallowed the whole bottle", OD),
        ("he won't wake up", OD),
        ("my boyfriend is not breathing", OD),
        ("her lips are blue and she's snoring weird", OD),
        ("i can't remember how many i took", OD),
        ("my roommate OD'd help", OD),
        ("gave him narcan and he's still not waking up", OD),
        ("Good evening. My wife has taken all her tablets and I cannot rouse her.", OD),
        ("HE'S TURNING BLUE WHAT DO I DO", OD),
        # The body.
        ("he's having a seizure right now", M),
        ("crushing chest pain and my left arm is numb", M),
        ("my dad stopped drinking two days ago and is seeing things that aren't there", M),
        ("i'm coughing up blood", M),
        ("one side of her face has dropped and her speech is slurred", M),
        ("my throat is closing up after that pill", M),
        # Poison, children, animals.
        ("she drank bleach", P),
        ("my grandad drank antifreeze by mistake", P),
        ("my toddler swallowed one of my pills", C),
        ("my 3 year old ate a weed gummy", C),
        ("the baby had my methadone bottle in her mouth", C),
        ("my dog ate my edibles and he's wobbling", PET),
        ("cat licked some fentanyl powder", PET),
        # Abuse, threats, violence.
        ("my husband hit me again", A),
        ("he choked me last night", A),
        ("i'm scared to go home, he's been drinking", A),
        ("she locked me in the bedroom and took my phone", A),
        ("my stepdad comes into my room at night", A),
        ("he raped me", A),
        ("my dad beats my mum when he's high", A),
        ("my ex said he's going to kill me", T),
        ("he threatened to burn my house down", T),
        ("there's a man outside my door with a knife", T),
        ("my dealer knows where i live and says he'll hurt my sister", T),
        ("I'm going to kill him tonight", V),
        ("i've got a knife and i'm going to stab my stepdad", V),
        ("i'm bringing a gun to school tomorrow", V),
        ("I am frightened that I will hurt my baby", V),
        # Only a cry.
        ("somebody please help me", U),
        ("CALL 911", U),
        ("i'm in danger please", U),
        ("i'm not safe right now", U),
    )
)

HARMLESS = (
    # Idioms.
    "i'm dead 💀 that meme",
    "this traffic is killing me",
    "my phone died halfway through the meeting",
    "i want to die of embarrassment, i called my sponsor mum",
    "my legs are killing me after leg day",
    "you killed it at karaoke last night",
    "kms this printer",
    "i could murder a curry",
    "my mum is going to kill me when she sees the carpet",
    "dying for a coffee",
    "that joke slayed me",
    "the suspense is killing me",
    "i'd kill for eight hours of sleep",
    "over my dead body are we having pineapple pizza",
    "that sunset was to die for",
    "my tomatoes are dying, any ideas?",
    "i feel dead tired today",
    "it was a suicide mission trying to park there, in the game i mean",
    "the boss fight keeps killing me, any tips?",
    "so funny i can't breathe laughing",
    # What is over, and what was survived.
    "I was suicidal two years ago and this group saved me",
    "I tried to end my life in 2015. Today I'm a father.",
    "five years without self-harm today!",
    "I used to cut when i was a teenager, long healed",
    "my brother overdosed in 2019 and he is ten months sober now",
    "he hit me years ago, i left, and i'm safe now",
    "i had a seizure back in 2016 and haven't had one since",
    # Said to be otherwise.
    "i'm not suicidal, just exhausted",
    "to be clear i do not want to die, i want a holiday",
    "nobody is in danger, just venting",
    # Talk about the subject.
    "I volunteer on a suicide prevention line",
    "doing the overdose awareness walk on sunday",
    "read an article about overdose deaths in the county",
    "the self-harm awareness training was really good",
    "what does rule 4 say about suicide and crisis posts?",
    "that new suicide squad film is terrible",
    "my counsellor lost her son to suicide and now gives talks",
    "naloxone training was today, they showed us how to respond to an overdose",
    "so sorry for your loss, she was a lovely person",
    # Endings and goodbyes.
    "how do i end it with my boyfriend kindly",
    "goodbye for now, see you tuesday",
    "saying goodbye to alcohol felt like losing a friend",
    "this is my last day at work before the holidays!",
    "i won't be here next week, off to spain",
    "don't want to be here, this dmv line is two hours",
    "i'm done after this shift",
    "left a note for the landlord on the table",
    "gave away my old clothes before the move",
    "finally changed my will, solicitor was lovely",
    "deleting discord for a while, too much screen time",
    "my dog had to be put to sleep yesterday and i miss him",
    # Waking and living.
    "i don't want to wake up early tomorrow",
    "my teenager won't wake up before noon",
    "i don't want to live with my parents anymore",
    "hope i don't wake up before the alarm",
    "baby finally slept through the night",
    "the laptop won't wake up after i close the lid",
    # Bodies.
    "i took too many photos at the beach",
    "i ate too much cake, send help",
    "i od'd on chocolate at easter",
    "took all my meds on time this week",
    "cut myself shaving again",
    "hurt myself at the gym doing squats, resting today",
    "my fingernails are blue, loving this polish",
    "he snores like a tractor, any earplug tips?",
    "breathing exercises help me slow down",
    "my heart is full tonight, thank you all",
    "the dog ate my homework, literally",
    "the cat got into the bag of flour",
    "my toddler ate half a cheerio box",
    # People.
    "hit me up if you need a lift to the meeting",
    "that song hits me every time",
    "he beat me at chess again",
    "they kicked me off the team for missing practice",
    "my boss threatened to cancel the pizza party",
    "i'm going to kill my brother in mario kart",
    "i'm scared of spiders",
    "he's outside with the pizza",
    # Asking for ordinary help.
    "can someone help me with my password",
    "help! how do i turn off notifications",
    "what's the quickest way to end a phone call politely",
    "best way to quit smoking?",
    "how do i hide my old tattoo at work",
    "how can i support my sister in early recovery?",
    "where can i find a therapist near me?",
)


@cache
def packaged() -> Guard:
    return Guard.load(classifier=None)


@pytest.mark.parametrize(("text", "dangers"), IN_DANGER)
def test_danger_gets_the_card_and_its_kind(text: str, dangers: frozenset[Danger]) -> None:
    """Danger that is said plainly is a sure crisis, with the danger that orders its help lines."""
    verdict = packaged().screen(text)
    assert verdict.route is Route.CRISIS
    assert dangers <= set(verdict.dangers)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_twin_gets_no_card(text: str) -> None:
    """What only sounds like danger is not a sure crisis; a quiet line is allowed."""
    assert packaged().screen(text).route is not Route.CRISIS


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("i want to kill myself lol", "i want to kill myself"),
        ("haha he choked me again", "he choked me again"),
        ("took the whole bottle, jk im fine", "took the whole bottle"),
        ("i used to be happy. now i want to die", "i want to die"),
    ],
)
def test_a_laugh_or_the_past_does_not_shield_present_danger(first: str, second: str) -> None:
    """A joke marker, a retraction or a word of the past beside a disclosure changes nothing."""
    assert packaged().screen(first).route is packaged().screen(second).route is Route.CRISIS


def test_the_wording_of_a_reason_never_quotes_the_person() -> None:
    """No sentence that the policy says to a member holds what the member wrote, or a method."""
    whys = [why for name, why in packaged().whys.items()]
    assert whys
    assert not [
        why for why in whys if any(word in why.lower() for word in ("bleach", "rope", "bridge", "knife"))
    ]
