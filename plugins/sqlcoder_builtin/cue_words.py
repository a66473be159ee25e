"""Words that say how things are asked for: counting, comparing, grouping, sorting. Pure data."""

from __future__ import annotations

CUES: dict[str, str] = {
    "count": "how many|number of|the number of|count of|count|count the number of|total number of|total count of|how many total|amount of times|how many times|"
    "number of times|tally of|the count of|numbers of|counts of",
    "distinct": "distinct|different|unique|various|all different|all distinct|deduplicated|without duplicates|no duplicates|without repetition|without repeats",
    "sum": "total|sum|sum of|the sum of|total amount of|total of|overall|combined|in total|total sum of|summed|add up|altogether|total value of|aggregate|cumulative total of",
    "how much": "how much",
    "avg": "average|avg|mean|average of|mean of|averaged|typical",
    "on average": "on average|on an average|in average|on the average|typically",
    "median": "median|median of",
    "high": "highest|largest|greatest|biggest|maximum|max|maximal|top|most",
    "low": "lowest|smallest|least|fewest|minimum|min|minimal|bottom",
    "best": "best|leading",
    "worst": "worst",
    "common": "most common|most popular|most frequent|most frequently|most often|most commonly|most commonly used|most frequently used|most used|most prevalent|busiest|most active|predominant",
    "rare": "least common|least popular|least frequent|least often|least commonly used|least used|rarest|least active",
    "gt": "more than|greater than|over|above|larger than|higher than|bigger than|exceeding|exceeds|exceed|exceeded|>|in excess of|upwards of|beyond|"
    "is more than|is greater than|is higher than|is above|is larger than|are greater than|are higher than|surpassing|surpass|surpassed|greater|larger|higher",
    "ge": "at least|no less than|not less than|no fewer than|greater than or equal to|more than or equal to|greater or equal to|larger than or equal to|>=|a minimum of|minimum of|"
    "higher than or equal to|at the least|equal or greater than|equal to or greater than|equal to or more than|not lower than|not below|not under",
    "lt": "less than|fewer than|under|below|lower than|smaller than|<|is less than|is below|is lower than|is smaller than|are less than|are lower than|short of|not exceeding",
    "le": "at most|no more than|not more than|up to|less than or equal to|fewer than or equal to|lower than or equal to|smaller than or equal to|<=|a maximum of|maximum of|not above|not over|not greater than|less or equal to|"
    "equal to or less than|no greater than|no higher than",
    "eq": "equal to|equals|equal|=|exactly|is exactly|precisely|is equal to|are equal to|is|are|was|were|named|called|titled|being|with the name|with name|whose name is|by the name of|with the title|of type|labeled|labelled|valued at",
    "ne": "not equal to|other than|excluding|except|except for|!=|<>|different from|does not equal|do not equal|is not equal to|apart from|besides|differ from|not equal|that is not|that are not|which is not|which are not|who is not|who are not|"
    "is not|are not|was not|were not|isn't|aren't|wasn't|weren't|not in|not from|outside|outside of|not named|not called|exclude|anything but|is any other than|not being",
    "between": "between|in the range|in range|ranging from|in between|within the range|ranges from|in the range of|in range of|is between",
    "like": "contains|containing|contain|includes the word|include the word|includes|including|with the substring|has the substring|have the substring|contains the word|containing the word|contain the word|"
    "contains the substring|containing the substring|contain the substring|like|has the word|have the word|with the word|have substring|has substring|contains the phrase|containing the phrase|contain the phrase|mentions|mentioning|matching|"
    "have the phrase|has the phrase|with substring|the letter|contains the letter|containing the letter|that mention|includes the phrase|including the substring|contains the string|containing the string|contain the string|with the phrase",
    "starts": "starts with|starting with|start with|begins with|beginning with|begin with|that start with|started with|begins in|prefixed with|starts with the letter|starting with the letter|start with the letter|begins with the letter|starting with letter|start with letter|"
    "begin with the letter|beginning with the letter|start with the prefix|has the prefix|have the prefix|with prefix|with the prefix|have prefix",
    "ends": "ends with|ending with|end with|ends in|ending in|end in|finishing with|that end with|ends with the letter|end with the letter|ending with the letter|with the suffix|has the suffix|suffixed with",
    "null": "is null|are null|is missing|are missing|missing|is empty|are empty|is unknown|are unknown|unknown|is not known|has no value|have no value|is blank|are blank|not specified|is not specified|not set|is not set|not recorded|"
    "null|is not available|are not available|is not recorded|not available|was not recorded|undefined|is not provided|not provided",
    "not null": "is not null|are not null|not null|is not missing|not missing|not empty|is not empty|is known|are known|is set|is available|available|has a value|have a value|non null|is recorded|is specified",
    "per": "per|for each|for every|each|by each|of each|in each|on each|at each|to each|from each|with each|grouped by|group by|group them by|group the results by|broken down by|break down by|break it down by|breakdown by|split by|"
    "across|according to|every|within each|for all different|of every|in every|for each of the|for each different|segmented by|for each distinct|aggregated by|for each unique|under each|grouped according to|based on|"
    "does each|did each|has each|do each|for different|of different|in different|among|by every|across all|across different|per each|corresponding to each|belonging to each|associated with each|for individual|of the different",
    "by": "by",
    "sort": "sorted by|sort by|ordered by|order by|ranked by|rank by|in order of|in the order of|order of|arranged by|listed by|sort the results by|order the results by|sort them by|order them by|sort the list by|order results by|"
    "sort results by|sorted in order of|ordered according to|sorted according to|ranked in order of|and sort by|and order by|order the result by|sort the result by|"
    "sorting by|ordering by|ordered from|sorted from|listed in order of|listed in the order of|prioritized by|sort|sorted|ranked|list them by|list in order of|arranged in order of",
    "desc": "descending|desc|in descending order|in descending order of|in decreasing order|in decreasing order of|in the descending order|in the descending order of|descending order|descending order of|decreasing|from high to low|from highest to lowest|"
    "highest to lowest|highest first|largest first|from most to least|in reverse alphabetical order|in reverse order|reverse alphabetical|newest first|most recent first|latest first|from largest to smallest|from newest to oldest|from oldest to youngest|"
    "starting with the highest|from biggest to smallest|biggest first|most first|from the highest to the lowest|from the most to the least|from most recent to oldest|high to low|reversed|from greatest to least|"
    "from latest to earliest|in reverse lexicographic order|from z to a|in descending alphabetical order|in reverse chronological order|from the most recent|from the largest to the smallest|from most expensive to least expensive|from most to fewest",
    "asc": "ascending|asc|in ascending order|in ascending order of|in increasing order|in increasing order of|in the ascending order|in the ascending order of|ascending order|ascending order of|increasing|from low to high|from lowest to highest|"
    "lowest to highest|lowest first|smallest first|from least to most|alphabetical|alphabetically|in alphabetical order|in alphabetic order|in the alphabetical order|in alphabetical order of|alphabetical order|lexicographical|lexicographically|in lexicographic order|"
    "in lexicographical order|oldest first|earliest first|from smallest to largest|from oldest to newest|chronologically|in chronological order|in alphabetical ascending order|in ascending alphabetical order|low to high|from youngest to oldest|from short to long|"
    "ascending alphabetical order|in the lexicographic order|in lexical order|from a to z|from earliest to latest|by alphabetical order|from least to greatest|from the lowest to the highest|lexicographic|in numerical order|from cheapest to most expensive",
    "whose": "whose|where|such that|in which|for which|with which|of which|on which|at which|when|if|given that|provided|satisfying|that satisfy",
    "that": "that|who|which|whom",
    "with": "with|having|have|has|had|that have|that has|who have|who has|which have|which has|who had|that had|with a|with an|have had|has had|carrying|possessing|possess|possesses|own|owns|that own|who own|own a",
    "without": "without|with no|without any|have no|has no|had no|do not have|does not have|did not have|don't have|doesn't have|didn't have|that have no|who have no|lack|lacks|lacking|have never had|has never had|that do not have|who do not have|that does not have|"
    "do not have any|does not have any|don't have any|doesn't have any|did not have any|who don't have|that don't have|which do not have|which have no|with zero|have zero|with none|not having|not have any|not have|have not had|has not had|haven't had|hasn't had|with not|have not|has not|"
    "don't own|do not own|does not own|not own|own no|lacking any",
    "never": "never|not|no|don't|do not|does not|did not|doesn't|didn't|haven't|hasn't|neither|nor|none|cannot|can't|who did not|that did not|that do not|who do not|who never|that never|have never|has never|"
    "had never|who have never|that have never|who has never|who have not|that have not|who has not|that has not|but not|and not|yet to|who does not|that does not|who haven't|that haven't|who didn't|who don't|which have not|which do not|which did not|"
    "that don't|that didn't|that are never|were never|was never|is never|are never|there are no|there is no|not yet|have yet to|who were never|not been|have not been|has not been|that were not|have never been|has never been|who were not|that was not|not involved in",
    "and": "and|as well as|along with|together with|also|plus|&|and also|and then",
    "but": "but|and only|and who|and that|and whose|and with|and which|and has|and have|and had|and in|but with|but whose|but that|but who|but which|and where|but is|but are|and are|and is|and were|and was|and does|and do|who also|that also|and who have|and for which",
    "or": "or|or else|or that|or who|or whose|or with|or have|or has|or in|or are|or is|or were|or are in",
    "both": "both|at the same time|simultaneously|as well|and both",
    "show": "show|list|give|find|return|display|get|tell|provide|present|what|which|who|whats|want|see|need|retrieve|select|fetch|report|identify|name|print|output|state|determine|compute|calculate|"
    "can you|could you|please|i want|i need|we need|we want|i would like|show me|give me|tell me|list all|find all|show all|list out|let me know|do you know|do we have|are there|is there|there|"
    "what's|what are|what is|what were|what was|who are|who is|who were|who was|which ones|where is|where are|where was|where were|where do|where does|look up|search for|help me find|pull|pull up|enumerate|list down|find out|i'd like to see|i'd like|"
    "do we get|we|we have|we've|i|me|you|us|our|my|your|please list|please show|please give|please find|what will be|do you have|return the|how",
    "all info": "all information|all the information|all details|all the details|everything|all columns|all attributes|all fields|every detail|all info|all data|all the data|full details|all available information|all of the information|all records|complete information|"
    "the information|information|details|detailed information|the details|info|full information|complete details|whole record|every column|all known details|all their information|all their details|all available features",
    "share": "percentage of|percent of|what percentage of|what percent of|share of|proportion of|fraction of|what share of|what proportion of|what fraction of|percentage|percent share of|the percentage of|as a percentage of total|as a percentage|percentage share of|"
    "percent of total|percentage of total|as a percent|as percentage|percent|proportion|% of|what % of|share|contribution of|as a share of total|as a percentage of the total|percentage contribution of|relative share of|as a share of|rate of",
    "ratio": "ratio of|ratio between|the ratio of|ratio|the ratio between|divided by",
    "difference": "difference between|difference in|the difference between|the difference in|differ|difference|the difference|gap between|how much more|how many more|difference of",
    "versus": "compared to|compared with|versus|vs|vs.|compare|in comparison to|in comparison with|relative to|as compared to|against|comparison of|comparing|as opposed to|than customers|compare to|compares to",
    "growth": "growth|growth rate|rate of growth|percentage change|percent change|change|grown|grow|increase|growth in|change in|increase in|growth of|changed|increased|grew|evolved|percentage growth|percentage increase|percent growth|percent increase|relative change|delta|trend of|trend in|trend",
    "mom": "month over month|mom|from month to month|month on month|from the previous month|compared to the previous month|compared to previous month|compared with the previous month|vs previous month|versus the previous month|"
    "vs last month|compared to last month|versus last month|over the previous month|from one month to the next|from the month before|compared to the month before|than the month before",
    "yoy": "year over year|yoy|from year to year|year on year|from the previous year|compared to the previous year|compared to previous year|compared with the previous year|vs previous year|versus the previous year|vs last year|compared to last year|"
    "versus last year|over the previous year|compared with last year|from the year before|compared to the year before",
    "qoq": "quarter over quarter|qoq|from quarter to quarter|compared to the previous quarter|vs previous quarter|versus the previous quarter|compared to last quarter|vs last quarter|quarter on quarter|from the previous quarter",
    "wow": "week over week|wow|from week to week|compared to the previous week|vs last week|compared to last week|week on week|from the previous week",
    "running": "running total|running total of|cumulative|cumulative sum of|cumulative total|cumulated|running sum of|running sum|rolling total",
    "ever": "ever|at all|at any time|any|some|on file|on record|anything|something|in our database|in the system|in stock|at least once|one or more|existing",
    "only": "only|just|solely|exclusively",
    "all": "all|all of|every one of|entire|whole",
    "first": "first|earliest",
    "last": "last|latest|most recent|newest",
    "for all": "for all",
    "day span": "days between|number of days between|how many days between|days from|number of days from|how many days from|time in days between|days elapsed between|difference in days between|how many days passed between|how many days are between|days passed between|day difference between|days it takes from|days it took from|days to",
    "hour span": "hours between|number of hours between|how many hours between|hours from|number of hours from|time in hours between|difference in hours between",
    "minute span": "minutes between|number of minutes between|how many minutes between|minutes from|time in minutes between|difference in minutes between",
    "month span": "months between|number of months between|how many months between|months from|time in months between|difference in months between",
    "year span": "years between|number of years between|how many years between|years from|time in years between|difference in years between",
    "time span": "time between|duration between|how long between|time elapsed between|elapsed time between|time from|how long from|lag between|delay between|interval between|time taken from|time it takes from|gap in days between|turnaround from",
    "days to": "how long does it take to|how long did it take to|how long do we take to|time to|how many days does it take to|how many days did it take to|days does it take to|how long it takes to|how long it takes from",
    "how old": "how old",
    "how long": "how long",
    "when": "when",
    "where": "where",
    "greater": "not used",
}
"""Cue word -> phrases, divided by `|`. Longer phrases win over shorter ones."""

SUPERLATIVES: dict[str, tuple[tuple[str, ...], bool]] = {
    word: (tuple(concepts.split()), direction == "desc")
    for word, concepts, direction in (
        line.split(":")
        for line in """
oldest:age founding_year year_founded founded established birth_date birthday year opening_year year_opened date:desc
youngest:age birth_date birthday year:asc
eldest:age birth_date:desc
longest:length duration distance time term:desc
shortest:length height duration distance time:asc
tallest:height tall:desc
heaviest:weight mass:desc
lightest:weight mass:asc
priciest:price cost unit_price list_price amount fee rent:desc
most expensive:price cost unit_price list_price amount fee rent:desc
cheapest:price cost unit_price list_price amount fee rent:asc
least expensive:price cost unit_price list_price amount fee rent:asc
most costly:price cost amount:desc
fastest:speed velocity:desc
slowest:speed velocity:asc
richest:wealth net_worth income salary money balance:desc
poorest:wealth net_worth income salary money balance:asc
best selling:quantity units:desc
best-selling:quantity units:desc
top selling:quantity units:desc
most sold:quantity units:desc
least sold:quantity units:asc
worst selling:quantity units:asc
highest paid:salary wage pay earnings:desc
best paid:salary wage pay earnings:desc
lowest paid:salary wage pay earnings:asc
highest rated:rating score stars:desc
best rated:rating score stars:desc
top rated:rating score stars:desc
lowest rated:rating score stars:asc
worst rated:rating score stars:asc
most populous:population:desc
most populated:population:desc
least populous:population:asc
deepest:depth:desc
hottest:temperature:desc
coldest:temperature:asc
widest:width:desc
farthest:distance:desc
furthest:distance:desc
nearest:distance:asc
closest:distance:asc
largest capacity:capacity:desc
most profitable:profit profits margin:desc
least profitable:profit profits margin:asc
most valuable:value price amount:desc
most recently hired:hire_date start_date:desc
""".strip().splitlines()
    )
}
"""Adjective -> words of the column it is about, best first (a date turns the direction round), and whether the most comes first."""

COMPARATIVES: dict[str, tuple[tuple[str, ...], str]] = {
    word: (tuple(concepts.split()), cue)
    for word, concepts, cue in (
        line.split(":")
        for line in """
older than:age:gt
younger than:age:lt
elder than:age:gt
longer than:length duration distance time minutes:gt
shorter than:length height duration distance time minutes:lt
taller than:height:gt
heavier than:weight mass:gt
lighter than:weight mass:lt
cheaper than:price cost unit_price list_price amount fee rent:lt
more expensive than:price cost unit_price list_price amount fee rent:gt
less expensive than:price cost unit_price list_price amount fee rent:lt
cost more than:price cost unit_price list_price amount fee:gt
worth more than:amount total value price:gt
worth over:amount total value price:gt
worth at least:amount total value price:ge
worth less than:amount total value price:lt
worth under:amount total value price:lt
worth between:amount total value price:between
worth above:amount total value price:gt
costs more than:price cost unit_price list_price amount fee:gt
costing more than:price cost unit_price list_price amount fee:gt
cost less than:price cost unit_price list_price amount fee:lt
costs less than:price cost unit_price list_price amount fee:lt
costing less than:price cost unit_price list_price amount fee:lt
costing at least:price cost unit_price list_price amount fee:ge
cost at least:price cost unit_price list_price amount fee:ge
priced above:price cost unit_price list_price amount fee:gt
priced over:price cost unit_price list_price amount fee:gt
priced below:price cost unit_price list_price amount fee:lt
priced under:price cost unit_price list_price amount fee:lt
priced at:price cost unit_price list_price amount fee:eq
priced between:price cost unit_price list_price amount fee:between
faster than:speed velocity:gt
slower than:speed velocity:lt
earn more than:salary earnings income wage revenue:gt
earns more than:salary earnings income wage revenue:gt
earning more than:salary earnings income wage revenue:gt
earn less than:salary earnings income wage revenue:lt
earning less than:salary earnings income wage revenue:lt
makes more than:salary earnings income wage revenue:gt
make more than:salary earnings income wage revenue:gt
paid more than:salary earnings amount price:gt
weigh more than:weight mass:gt
weighs more than:weight mass:gt
weighing more than:weight mass:gt
weighing less than:weight mass:lt
deeper than:depth:gt
wider than:width:gt
""".strip().splitlines()
    )
}
"""Comparative -> words of the column it is about, and the comparison."""

ADJECTIVE_OF_UNIT = {
    "monthly": "month",
    "daily": "day",
    "weekly": "week",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "quarterly": "quarter",
    "hourly": "hour",
}
UNIT_WORDS = {
    "month": "month", "day": "day", "week": "week", "year": "year", "quarter": "quarter", "hour": "hour", "date": "day", "weekday": "weekday", "day of week": "weekday",
    "day of the week": "weekday", "days of the week": "weekday", "calendar month": "month", "hour of day": "hour of day", "hour of the day": "hour of day",
    "month of year": "month of year", "month of the year": "month of year", "day of the month": "day of month", "day of month": "day of month", "calendar day": "day",
    "calendar year": "year", "calendar week": "week",
}  # fmt: skip

STOP_WORDS = frozenset(
    "a an the of in on at to for from with is are was were be been being am do does did done it its it's them their theirs they he she his her him this that these those there here "
    "i me my we us our you your as so such than then too very can could will would should shall may might must please just also if while into onto about "
    "which what who whom whose where when why how and or , . ? ! ; : ( ) ' \" - — / any some ever both either all every out up down own same using use used record records row rows entry entries "
    "results result data database table value values have has had having get got give given list show find return display tell information available "
    "along together corresponding respective respectively associated related current currently overall total exist exists existing present belong belongs belonging across "
    "listed regarding concerning involved various approximately roughly about through via still already actually kind one ones other each per by time times number numbers amount amounts many much more most order sort sorted".split()
)
"""Words that need no place of their own."""

FILLER_VERBS = frozenset(
    "bring brings brought account accounts accounted live lives living lived work works working worked locate located situated based reside resides residing come comes coming came belong belongs happen happened occur occurred occurring "
    "place placed made make makes making take takes taken took taking go goes went gone hold holds held holding participate participated participating attend attended attending "
    "buy buys bought buying purchase purchased purchasing order ordered ordering sell sells sold selling receive received receiving register registered registering enroll enrolled contain contained "
    "involve involved appear appeared appearing play played playing plays write wrote written writing produce produced producing create created offer offered offering offers provide provided supply supplies "
    "supplied serve served serving visit visited visiting use used uses using own owned owns owning assign assigned hire hired employ employed join joined start started end ended open opened close closed "
    "ship shipped deliver delivered pay paid pays paying spend spent spending earn earned earns bill billed issue issued publish published release released direct directed "
    "manage managed manages managing lead led leads teach teaches taught teaching study studied studying studies treat treated prescribe prescribed diagnose diagnosed admit admitted perform performed performing "
    "book booked booking reserve reserved stay stayed staying review reviewed win won wins lose lost complete completed run ran represent represented compete competed record recorded "
    "hosted host hosts report reported carry carries need needs do done be been call called see seen know known born die died found founded establish established operate operated "
    "bring brings brought come account accounts accounted put generate generated launched launch add added submit submitted apply applied graduate graduated built build major majoring come stock stocked fly flies flew flown depart departs departing arrive arrives arriving "
    "land lands take takes concern owe owes affect affected measured correspond corresponds follow follows followed cover covered covers sign signed signing rent rented ride rode elect elected nominated award awarded process processed handle handled".split()
)
"""Verbs that say how two tables are related; the join says the same."""

PLACE_PREPOSITIONS = frozenset({"in", "from", "at", "near", "around", "within", "inside", "to", "of", "for", "on"})
PLACE_CONCEPTS = (
    "city",
    "state",
    "country",
    "location",
    "region",
    "address",
    "county",
    "province",
    "town",
    "district",
    "place",
    "nationality",
    "continent",
    "headquarters",
    "venue",
    "hometown",
    "territory",
    "area",
    "birth_place",
)
MONEY_CONCEPTS = frozenset(
    {
        "revenue",
        "turnover",
        "sales",
        "sale",
        "spend",
        "spending",
        "spent",
        "spends",
        "income",
        "earnings",
        "gmv",
        "gross",
        "takings",
        "proceeds",
        "revenues",
        "paid",
        "pay",
        "money",
        "earn",
        "earned",
        "value",
        "amount",
    }
)
RATE_WORDS = frozenset(
    {
        "age",
        "rating",
        "score",
        "price",
        "rate",
        "percent",
        "percentage",
        "salary",
        "temperature",
        "grade",
        "height",
        "weight",
        "speed",
        "margin",
        "ratio",
        "average",
        "gpa",
        "stars",
        "duration",
        "wage",
        "length",
        "width",
        "capacity",
        "elevation",
        "rank",
        "level",
        "humidity",
        "star",
    }
)
"""Numbers that are averaged rather than added up when a question names no aggregate."""

PLACE_VERBS = frozenset("located locate based live lives living lived reside resides residing situated placed made make makes done held taken take takes got get gets going goes went give given".split())
"""Verbs that never name a column."""

_HOLD = ("contain", "contains", "containing", "include", "includes", "including", "have", "has", "having", "with", "that contain", "that contains", "mention", "mentions", "contained")
_PIECES = ("substring", "word", "words", "letter", "letters", "phrase", "string", "character", "text", "term", "keyword", "sub-string")
CUES["like"] += "".join(f"|{verb} {article}{piece}" for verb in _HOLD for article in ("", "the ", "a ") for piece in _PIECES)
CUES["starts"] += "".join(f"|{verb} with {article}{piece}" for verb in ("start", "starts", "starting", "begin", "begins", "beginning") for article in ("", "the ", "a ") for piece in _PIECES)
CUES["ends"] += "".join(f"|{verb} {joint} {article}{piece}" for verb in ("end", "ends", "ending") for joint in ("with", "in") for article in ("", "the ", "a ") for piece in _PIECES)
