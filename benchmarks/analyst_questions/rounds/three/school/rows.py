"""A secondary school in the school year that began in September 2025, until 20 March 2026."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

Rows = dict[str, list[tuple[Any, ...]]]
START, END = date(2025, 9, 1), date(2026, 3, 20)
GIRLS = ("Amelie", "Bella", "Clara", "Daria", "Elin", "Freya", "Greta", "Hana", "Ines", "Julia", "Kira", "Leonie", "Mina", "Nora", "Olga")
BOYS = ("Adam", "Ben", "Caspar", "David", "Emil", "Finn", "Gustav", "Henri", "Ivan", "Jonas", "Karim", "Luca", "Milo", "Nils", "Oskar")
ADULTS = ("Anna", "Bernd", "Carmen", "Dirk", "Eva", "Frank", "Gloria", "Hugo", "Irene", "Jan", "Katja", "Lars", "Monika", "Nico", "Petra")
LAST = (
    "Adler", "Bach", "Conrad", "Dietz", "Engel", "Fuchs", "Gross", "Hahn", "Illner", "Jung", "Kraft", "Lorenz", "Maurer", "Neumann",
    "Otto", "Pohl", "Richter", "Sander", "Thiel", "Ullrich", "Vogt", "Winter", "Ziegler",
)  # fmt: skip
TOWNS = ("Ashford", "Ashford", "Ashford", "Birchwood", "Birchwood", "Elmstead", "Millbrook", "Thornbury")
JOBS = ("nurse", "engineer", "baker", "lawyer", "electrician", "accountant", "farmer", "software developer", "bus driver", None)
SUBJECTS = (
    ("Mathematics", "Science", 0),
    ("Biology", "Science", 0),
    ("Physics", "Science", 0),
    ("English", "Languages", 0),
    ("French", "Languages", 0),
    ("Spanish", "Languages", 1),
    ("History", "Humanities", 0),
    ("Geography", "Humanities", 0),
    ("Art", "Arts", 0),
    ("Music", "Arts", 0),
    ("Drama", "Arts", 1),
    ("Sports", "Sports", 0),
    ("Robotics", "Science", 1),
)
REASONS = ("illness", "illness", "illness", "illness", "doctor's appointment", "family event", "late bus", "unknown", "unknown")
TIMES = ("08:00", "08:50", "09:55", "10:45", "11:50", "13:30", "14:20")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def rows(chance: Random) -> Rows:
    """Every table's rows, parents before children."""
    made: Rows = {"teachers": _teachers(chance), "rooms": _rooms(chance)}
    names = [(level, f"{level}{letter}") for level in (5, 6, 7, 8, 9) for letter in "ABC"][:14]
    leads = chance.sample([teacher for teacher in range(1, 31) if teacher not in (8, 19)], 14)
    made["classes"] = [(key, name, level, leads[key - 1], key) for key, (level, name) in enumerate(names, 1)]
    made["pupils"] = _pupils(chance, made["classes"])
    made["parents"], made["pupil_parents"] = _parents(chance, made["pupils"])
    made["subjects"] = [(key, *one) for key, one in enumerate(SUBJECTS, 1)]
    made["lessons"] = _lessons(chance, made)
    made["absences"] = _absences(chance, made)
    made["grades"] = _grades(chance, made)
    return made


def _teachers(chance: Random) -> list[tuple[Any, ...]]:
    people = [(first, last) for first in ADULTS for last in LAST]
    chance.shuffle(people)
    made = []
    for key in range(1, 33):
        first, last = people[key]
        full = key % 3 != 0
        hours = chance.choice((24, 25, 26)) if full else chance.choice((10, 12, 14, 16, 18))
        email = None if key % 11 == 0 else f"{first}.{last}@school.example".lower()
        subject = SUBJECTS[(key - 1) % 12][0]
        made.append((key, first, last, email, subject, _day(chance, date(1998, 1, 1), date(2025, 8, 31)), hours, full))
    return made


def _rooms(chance: Random) -> list[tuple[Any, ...]]:
    buildings = ("Main", "Main", "Main", "North wing", "North wing", "Annex")
    made: list[tuple[Any, ...]] = [
        (key, f"{building[0]}{100 + key}", building, chance.choice((16, 20, 24, 28, 30, 32)), chance.random() < 0.6)
        for key, building in enumerate((buildings[key % 6] for key in range(24)), 1)
    ]
    return [*made, (25, "M200", "Main", 140, True)]


def _pupils(chance: Random, classes: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made: list[tuple[Any, ...]] = []
    for group in classes:
        for _ in range(14 + group[0] if group[0] % 2 else 31 - group[0]):
            gender = chance.choice(("female", "male"))
            born = _day(chance, date(2020 - group[2] - 1, 8, 1), date(2020 - group[2], 7, 31))
            joined = date(2030 - group[2], 9, 1)
            joined = joined if chance.random() < 0.85 else _day(chance, joined, date(2026, 2, 20))
            left = _day(chance, date(2025, 10, 1), END) if chance.random() < 0.04 else None
            left = None if left and left <= joined else left
            name = chance.choice(GIRLS if gender == "female" else BOYS)
            lunch = chance.choice(("full", "full", "reduced", "free", "none"))
            bus = chance.random() < 0.35
            made.append((len(made) + 1, name, chance.choice(LAST), gender, born, chance.choice(TOWNS), group[0], joined, left, bus, lunch))
    return made


def _parents(chance: Random, pupils: list[tuple[Any, ...]]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    parents: list[tuple[Any, ...]] = []
    links: list[tuple[Any, ...]] = []
    for pupil in pupils:
        if parents and chance.random() < 0.18:
            links.append((pupil[0], chance.choice(parents)[0], chance.choice(("mother", "father", "guardian")), True))
            continue
        for number, relationship in enumerate(chance.choice((("mother",), ("father",), ("mother", "father"), ("guardian",)))):
            first, key = chance.choice(ADULTS), len(parents) + 1
            email = None if chance.random() < 0.25 else f"{first}{key}@mail.example".lower()
            parents.append((key, first, pupil[2], f"555-{1000 + 7 * key}", email, chance.choice(JOBS)))
            links.append((pupil[0], key, relationship, number == 0))
    return parents, links


def _lessons(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    lessons: list[tuple[Any, ...]] = []
    for group in made["classes"]:
        for subject in made["subjects"]:
            if subject[3] and chance.random() < 0.55:
                continue
            fit = [teacher[0] for teacher in made["teachers"] if teacher[4] == subject[1] and teacher[0] not in (8, 19)] or [1, 2, 3]
            teacher = chance.choice(fit)
            for _ in range(4 if subject[1] in ("Mathematics", "English") else chance.choice((1, 2, 2, 3))):
                room = group[4] if chance.random() < 0.6 else chance.choice([14, 15, 17, 18, 20, 21, 22, 24])
                key = len(lessons) + 1
                length = 90 if chance.random() < 0.12 else 45
                lessons.append((key, group[0], subject[0], teacher, room, chance.choice(DAYS), chance.choice(TIMES), length))
    return lessons


def _absences(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    absences: list[tuple[Any, ...]] = []
    parents: dict[int, list[int]] = {}
    for pupil, parent, *_ in made["pupil_parents"]:
        parents.setdefault(pupil, []).append(parent)
    for pupil in made["pupils"]:
        for _ in range(min(int(chance.expovariate(0.32)), 14)):
            day = _day(chance, max(START, pupil[7]), pupil[8] or END)
            if day.weekday() > 4:
                continue
            reason = chance.choice(REASONS)
            excused = chance.random() < (0.15 if reason == "unknown" else 0.85)
            told = chance.choice(parents[pupil[0]]) if excused and chance.random() < 0.8 else None
            missed = 1 if reason == "late bus" else chance.choice((2, 3, 6, 6, 7))
            absences.append((len(absences) + 1, pupil[0], day, missed, reason, excused, told))
    return absences


def _grades(chance: Random, made: Rows) -> list[tuple[Any, ...]]:
    grades: list[tuple[Any, ...]] = []
    taught = {(lesson[1], lesson[2]): lesson[3] for lesson in made["lessons"]}
    for pupil in made["pupils"]:
        talent = chance.gauss(0.68, 0.13)
        for subject in made["subjects"]:
            if (pupil[6], subject[0]) not in taught or subject[1] == "Sports":
                continue
            for _ in range(chance.choice((0, 0, 1, 1, 1))):
                kind, most = chance.choice((("quiz", 20), ("quiz", 20), ("exam", 100), ("oral", 30), ("project", 50)))
                points = round(2 * most * min(max(chance.gauss(talent, 0.14), 0.1), 1)) / 2
                day = _day(chance, max(START + timedelta(days=14), pupil[7]), pupil[8] or END)
                day -= timedelta(days=max(day.weekday() - 4, 0))
                grades.append((len(grades) + 1, pupil[0], subject[0], taught[pupil[6], subject[0]], day, kind, points, most))
    return grades


def _day(chance: Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randint(0, max((last - first).days, 0)))
