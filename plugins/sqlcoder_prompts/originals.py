"""The texts that Defog's models were trained to read, to the letter, and which model reads which.

Sources, in the repository defog-ai/sqlcoder unless said otherwise (its code is Apache-2.0):

- `SEVEN_B_2`: the model card of defog/sqlcoder-7b-2 (README.md on the hub).
- `INSTRUCTIONS`: prompt.md, latest version, and sqlcoder/query_routes.py. Rules of one's own are further lines under
  "### Instructions", as in defog_sqlcoder_colab.ipynb.
- `FENCED`: the model card of defog/sqlcoder-7b, as quoted in the README of TheBloke/sqlcoder-7B-GGUF (which has "## Task" for
  "### Task"); inference.py for sqlcoder-34b-alpha cuts its answers at the same fence.
- `RULES`: prompt.md, first versions, for defog/sqlcoder (15B), "is convert" included; rules of one's own are further lines of its list.
- `LLAMA_3`: the model card of defog/llama-3-sqlcoder-8b.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

Variant = Literal["7b-2", "instructions", "fenced", "rules"]
FENCE = "```sql\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A form to fill with `question`, `schema` and, where it has a place for them, `rules` (lines that each end with a line break) or
    `instructions` (the same without the last line break).

    `opening` is the end of the form where the answer stands in a fence; `stop` is what the answer ends with.
    """

    form: str
    opening: str = ""
    stop: tuple[str, ...] = ()

    @property
    def takes_rules(self) -> bool:
        """Whether the form has a place for rules; in the others they are comments behind the schema."""
        return "{rules}" in self.form or "{instructions}" in self.form

    def filled(self, question: str, schema: str, rules: tuple[str, ...]) -> str:
        """The complete prompt."""
        if not self.takes_rules:
            schema = "\n".join((schema, *(f"-- {rule}" for rule in rules)))
        lines = "".join(f"- {rule}\n" for rule in rules)
        return self.form.format(question=question, schema=schema, rules=lines, instructions=lines.removesuffix("\n"))


_SQL_STOP = ("[/SQL]", "[QUESTION]", "\n###")
_FENCE_STOP = ("```",)

SEVEN_B_2 = Original(
    form="""### Task
Generate a SQL query to answer [QUESTION]{question}[/QUESTION]

### Database Schema
The query will run on a database with the following schema:
{schema}

### Answer
Given the database schema, here is the SQL query that [QUESTION]{question}[/QUESTION]
[SQL]
""",
    stop=_SQL_STOP,
)

INSTRUCTIONS = Original(
    form="""### Task
Generate a SQL query to answer [QUESTION]{question}[/QUESTION]

### Instructions
- If you cannot answer the question with the available database schema, return 'I do not know'
{rules}
### Database Schema
The query will run on a database with the following schema:
{schema}

### Answer
Given the database schema, here is the SQL query that answers [QUESTION]{question}[/QUESTION]
[SQL]
""",
    stop=_SQL_STOP,
)

FENCED = Original(
    form="""### Task
Generate a SQL query to answer the following question:
`{question}`

### Database Schema
This query will run on a database whose schema is represented in this string:
{schema}

### SQL
Given the database schema, here is the SQL query that answers `{question}`:
```sql
""",
    opening=FENCE,
    stop=_FENCE_STOP,
)

RULES = Original(
    form="""### Instructions:
Your task is convert a question into a SQL query, given a Postgres database schema.
Adhere to these rules:
- **Deliberately go through the question and database schema word by word** to appropriately answer the question
- **Use Table Aliases** to prevent ambiguity. For example, `SELECT table1.col1, table2.col1 FROM table1 JOIN table2 \
ON table1.id = table2.id`.
- When creating a ratio, always cast the numerator as float
{rules}
### Input:
Generate a SQL query that answers the question `{question}`.
This query will run on a database whose schema is represented in this string:
{schema}

### Response:
Based on your instructions, here is the SQL query I have generated to answer the question `{question}`:
```sql
""",
    opening=FENCE,
    stop=_FENCE_STOP,
)

LLAMA_3 = Original(
    form="""<|begin_of_text|><|start_header_id|>user<|end_header_id|>

Generate a SQL query to answer this question: `{question}`
{instructions}

DDL statements:
{schema}<|eot_id|><|start_header_id|>assistant<|end_header_id|>

The following SQL query best answers the question `{question}`:
```sql
""",
    opening=FENCE,
    stop=_FENCE_STOP,
)

FORMS: dict[Variant, Original] = {"7b-2": SEVEN_B_2, "instructions": INSTRUCTIONS, "fenced": FENCED, "rules": RULES}

_BY_NAME: tuple[tuple[re.Pattern[str], Variant], ...] = (
    (re.compile(r"70b"), "instructions"),
    (re.compile(r"34b|sqlcoder-?2(?!\d)"), "fenced"),
    (re.compile(r"7b-2|7b-q\d"), "7b-2"),  # sqlcoder-7b-q5_k_m.gguf is a file of sqlcoder-7b-2
    (re.compile(r"sqlcoder-7b"), "fenced"),
    (re.compile(r"sqlcoder(?:[-:]15b.*)?\Z"), "rules"),
)


def variant_of(model: str, *, rules: bool) -> Variant:
    """The form that a model reads, by its name; for sqlcoder-7b-2 and unknown ones the one with instructions where there are `rules`."""
    name = model.lower().rstrip("/").rsplit("/", 1)[-1].removesuffix(".gguf")
    found = next((variant for pattern, variant in _BY_NAME if pattern.search(name)), "7b-2")
    return "instructions" if found == "7b-2" and rules else cast(Variant, found)
