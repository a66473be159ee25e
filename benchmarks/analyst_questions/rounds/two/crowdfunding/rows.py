"""A crowdfunding platform until 1 June 2026: campaigns, who pledged what, rewards, payouts and news."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
NOW = datetime(2026, 6, 1, 12)
COUNTRIES = ("US", "US", "US", "US", "GB", "GB", "DE", "DE", "FR", "CA", "NL", "SE")
CATEGORIES = (
    ("TEC", "Technology", None), ("ART", "Art", None), ("GAM", "Games", None), ("FIL", "Film", None), ("FOO", "Food", None),
    ("PUB", "Publishing", None), ("GAD", "Gadgets", "TEC"), ("ROB", "Robotics", "TEC"), ("BRD", "Board Games", "GAM"),
    ("VID", "Video Games", "GAM"), ("DOC", "Documentary", "FIL"), ("COM", "Comics", "PUB"), ("PNT", "Painting", "ART"),
    ("BRW", "Craft Brewing", "FOO"), ("JRN", "Journalism", "PUB"),
)  # fmt: skip
ADJECTIVES = (
    "Amber", "Brass", "Clever", "Drifting", "Electric", "Folding", "Golden", "Hidden", "Infinite", "Jolly", "Kinetic", "Lunar",
    "Midnight", "Nomad", "Open", "Paper", "Quiet", "Rolling", "Solar", "Tiny",
)  # fmt: skip
NOUNS = (
    "Anthology", "Bicycle", "Compass", "Drone", "Easel", "Forest", "Garden", "Harbor", "Island", "Journal", "Kettle", "Lantern",
    "Machine", "Notebook", "Odyssey", "Puzzle", "Quest", "Robot", "Studio", "Theory",
)  # fmt: skip
STUDIOS = (
    "Workshop", "Collective", "Labs", "Studio", "Press", "Pictures", "Makers", "Foundry",
)  # fmt: skip
HEADLINES = (
    "We are live",
    "Halfway there",
    "Thank you all",
    "Production news",
    "A small delay",
    "Shipping has begun",
    "New stretch goal",
    "Meet the team",
)


def rows(chance: Random) -> Rows:
    """Every table's rows, parents first."""
    made: Rows = {"creator": _creators(chance), "category": list(CATEGORIES), "campaign": _campaigns(chance), "backer": _backers(chance)}
    made |= {"reward": [], "pledge": [], "payout": [], "campaign_update": []}
    for campaign in made["campaign"]:
        if campaign[6] == "D":
            continue
        rewards = _rewards(chance, made["reward"], campaign)
        _pledges(chance, made, campaign, rewards)
        _updates(chance, made["campaign_update"], campaign)
        if campaign[6] == "S" or (campaign[6] == "F" and campaign[5] == "KIA"):
            _payout(chance, made, campaign)
    return made


def _creators(chance: Random) -> list[tuple[Any, ...]]:
    names = [f"{one} {two}" for one in ADJECTIVES for two in STUDIOS]
    return [
        (key, name, chance.choice(COUNTRIES), chance.random() < 0.7, _moment(chance, datetime(2019, 1, 5), datetime(2024, 1, 1)))
        for key, name in enumerate(chance.sample(names, 95), 1)
    ]


def _campaigns(chance: Random) -> list[tuple[Any, ...]]:
    titles = chance.sample([f"{one} {two}" for one in ADJECTIVES for two in NOUNS], 170)
    made, goals = [], chance.sample(range(8, 400), 170)
    for key, title in enumerate(titles, 1):
        launched = _moment(chance, datetime(2024, 1, 10), datetime(2026, 5, 28))
        deadline = launched.replace(hour=chance.randint(6, 23), minute=chance.choice((0, 15, 30)), second=0) + timedelta(
            days=chance.choice((20, 25, 30, 30, 30, 45, 60))
        )
        ended = chance.choices("SFX", (55, 35, 10))[0]
        status = "D" if chance.random() < 0.06 else ended if deadline < NOW else "L"
        dates = (None, None) if status == "D" else (launched, deadline)
        goal = goals[key - 1] * 250
        model = "KIA" if chance.random() < 0.3 else "AON"
        creator = chance.choice((*range(1, 85), *(17,) * 7, *(40,) * 5, *(58,) * 3))
        made.append((key, creator, chance.choice(CATEGORIES)[0], title, goal, model, status, *dates, chance.random() < 0.22))
    return made


def _backers(chance: Random) -> list[tuple[Any, ...]]:
    made = []
    for key in range(1, 521):
        name = f"{chance.choice(ADJECTIVES).lower()}_{chance.choice(NOUNS).lower()}{key}"
        mail = None if chance.random() < 0.08 else f"{name}@{chance.choice(('mail', 'post', 'inbox'))}.example"
        made.append(
            (key, name, mail, chance.choice(COUNTRIES), _moment(chance, datetime(2022, 1, 1), datetime(2026, 5, 31)), chance.random() < 0.4)
        )
    return made


def _rewards(chance: Random, rewards: list[tuple[Any, ...]], campaign: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    own: list[tuple[Any, ...]] = []
    for number, name in enumerate(
        ("Thank-you Card", "Early Bird", "Standard Edition", "Deluxe Edition", "Meet the Makers")[: chance.randint(2, 5)]
    ):
        due = (campaign[8] + timedelta(days=chance.randint(60, 300))).date()
        sent = due + timedelta(days=chance.randint(-30, 120))
        done = sent if campaign[6] == "S" and sent < NOW.date() and chance.random() < 0.9 else None
        limit = chance.choice((None, None, 25, 50, 100, 200)) if number else None
        own.append((len(rewards) + len(own) + 1, campaign[0], name, (5, 25, 45, 95, 240)[number] + chance.randint(0, 4), limit, due, done))
    rewards.extend(own)
    return own


def _pledges(chance: Random, made: Rows, campaign: tuple[Any, ...], rewards: list[tuple[Any, ...]]) -> None:
    end = min(campaign[8], NOW)
    count = {"S": chance.randint(8, 22), "F": chance.randint(0, 9), "X": chance.randint(0, 6), "L": chance.randint(1, 12)}[campaign[6]]
    size = float(campaign[4]) / count * chance.uniform(1.3, 2.4) if campaign[6] == "S" else float(campaign[4]) * 0.05
    for backer in chance.sample([one for one in made["backer"] if one[4] < end and one[0] % 13], count):
        reward = chance.choice([None, *rewards])
        amount = round(max(size * chance.uniform(0.4, 1.6), float(reward[3]) if reward else 2), 2)
        status = {"S": chance.choice("CCCCCCCCDR"), "F": "D" if campaign[5] == "AON" else "C", "X": "R", "L": "A"}[campaign[6]]
        tip = round(amount * chance.choice((0, 0, 0.02, 0.05, 0.1)), 2)
        moment = _moment(chance, max(campaign[7], backer[4]), end)
        back = end + timedelta(days=chance.randint(1, 3), hours=chance.randint(1, 9)) if status == "R" else None
        channel = chance.choice(("DIR", "DIR", "SOC", "SOC", "SOC", "EML", "SRC", "REF"))
        made["pledge"].append(
            (len(made["pledge"]) + 1, campaign[0], backer[0], reward and reward[0], amount, tip, status, channel, moment, back)
        )


def _updates(chance: Random, updates: list[tuple[Any, ...]], campaign: tuple[Any, ...]) -> None:
    for _ in range(chance.choice((0, 0, 1, 2, 3, 5, 8))):
        posted = _moment(chance, campaign[7], min(campaign[8] + timedelta(days=150), NOW))
        seen = chance.choice(("PUB", "PUB", "PUB", "BCK"))
        updates.append((len(updates) + 1, campaign[0], chance.choice(HEADLINES), seen, int(chance.expovariate(0.006)), posted))


def _payout(chance: Random, made: Rows, campaign: tuple[Any, ...]) -> None:
    gross = round(sum(one[4] for one in made["pledge"] if one[1] == campaign[0] and one[6] == "C"), 2)
    if not gross:
        return
    asked = campaign[8] + timedelta(days=chance.randint(1, 10), hours=chance.randint(1, 20), minutes=chance.randint(0, 59))
    paid = asked + timedelta(days=chance.randint(2, 21), hours=chance.randint(1, 20), minutes=chance.randint(0, 59))
    status = "PAI" if paid < NOW and chance.random() < 0.86 else chance.choice(("REQ", "APP", "REJ"))
    fees = (round(gross * chance.choice((0.04, 0.05, 0.05, 0.08)), 2), round(gross * chance.uniform(0.025, 0.035), 2))
    made["payout"].append((len(made["payout"]) + 1, campaign[0], gross, *fees, status, asked, paid if status == "PAI" else None))


def _moment(chance: Random, first: datetime, last: datetime) -> datetime:
    return first + timedelta(seconds=chance.randint(0, max(int((last - first).total_seconds()), 0)))
