"""Rows that are to stand there though they have none of what is counted, however that is said, as "including those without"."""

from __future__ import annotations

import re

_LACK = r"(?:without|no|none|nothing|zero|0|never|not|n['’]t|nobody|hardly any)"
_STAYS = (
    r"(?:included|kept|appear|appears|listed|shown|too|as well|also|in the (?:list|result|output)|count(?:s|ed)? as|belong|stay|remain"
    r"|should show|shows?)"
)
_START = r"(?:^|(?<=[.!?;,])|(?<=[(\-–—]))\s*\(?(?:and |but )?"
_END = r"[^.;,()]*\)?"
_NONE_INSIDE = rf"(?=[^.;,()]*\b{_LACK}\b)"
_KEPT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r",\s*(?:also|including|even|as well as) (?:those|the ones|ones|[a-z]+) (?:that|who|which|with|without|having)\b"
        rf"(?=[^.;,()]*\b{_LACK}\b)[^.;,()]*(?=,)",
        rf"{_START}(?:an? |any )?[a-z]+(?: [a-z]+)? (?:(?:that|which) )?(?:nobody|no one|none) [^.;,()]*?\b"
        rf"(?:{_STAYS}|as (?:0|zero))\b{_END}",
        rf"{_START}(?:please )?(?:also )?"
        r"(?:keep|include|including|also (?:list|show|count)|even|counting|(?:do not|don['’]t) (?:drop|omit))\b"
        rf"{_NONE_INSIDE}{_END}",
        rf"{_START}(?:those|the ones|ones|[a-z]+(?: [a-z]+)?)\s+"
        rf"(?:without|with (?:no|none|zero|nothing)|(?:that|who|which) (?:have|had|has|did|do|were|are|never)\b[^.;,()]*?{_LACK}?)\b"
        rf"[^.;,()]*?\b(?:{_STAYS}|with (?:an? )?(?:0|zero|nought|null)|as (?:0|zero))\b{_END}",
        rf"{_START}(?:with )?(?:everybody|everyone|everything|every (?:one|\w+)|each (?:one|\w+)|all(?: of (?:them|these))?(?: \w+)?)\s+"
        rf"(?:is |are |to be |must be |should be )?(?:listed|included|shown|kept)\b{_END}",
        r",?\s*(?:whether or not (?:they|it|he|she|there)|(?:regardless of|no matter) (?:if|whether) (?:they|it|there)"
        rf"|even (?:if|when|where|though) (?:they|it|there|he|she))\b{_END}",
        rf"{_START}(?:show|give|use|put|return|with|list|display|report|print)?\s*(?:an? )?(?:0|zero)\s+(?:if|when|where|for)\b"
        rf"{_NONE_INSIDE}{_END}",
    )
)
_DROPPED = re.compile(
    r"\b(?:only|not (?:be )?(?:included|shown|listed|counted)|left out|leave out|excluded?|ignored?|omitted|skip)\b", re.IGNORECASE
)


def kept(text: str) -> str:
    """The question with such a clause or sentence said in one way, at its end."""
    for pattern in _KEPT:
        found = next((one for one in pattern.finditer(text) if one.start() > 0 and not _DROPPED.search(one.group())), None)
        if found is None:
            continue
        zero = " as 0" if re.search(r"\b(?:0|zero)\b", found.group()) else ""
        before, after = text[: found.start()].rstrip(" ,;(-–—"), text[found.end() :].lstrip(" ,;)")
        head = re.match(r"[^.?!]+", before)
        if head is None:
            return text
        rest = " ".join(part for part in (before[head.end() :].strip(), after.strip(" .")) if part)
        return f"{head.group()}, including those without{zero}{rest if rest[:1] in '.?!' else '. ' + rest}".rstrip()
    return text
