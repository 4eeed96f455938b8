"""Where the platform's public documentation leaves a formula's value open: what holds here.

A trace names the assumption that a value rests on, where another reading would give another value.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: What each is about → what is assumed.
ASSUMPTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "equality": 'Values are equal by type and value: `"3" = 3` is false, `NUMBER("3") = 3` is '
        "true; `1 = 1.0` is true.",
        "null": "Null equals null, so `a = null` asks whether a is missing; `<`, `>`, `<=`, `>=`, "
        "`~` and BETWEEN are false with a null or with two types.",
        "arrays": "An array inside an array is equal to another as a whole.",
        "paths over arrays": "A name after an array is read of every item: `items.coupon` is the "
        "list of what the items have there, without what is empty; null if none has it.",
        "flat lists": "An array without objects and arrays is a flat list. In an expression over "
        "one, a name that is no list of the event is null.",
        "conditions": "A condition does not hold if it is false, null, 0 or empty; AND and OR give "
        "true or false.",
        "null operands": "`+` joins two arrays into one; any other operation with a null is null: "
        "write COALESCE(a, 0).",
        "numbers in texts": "`-`, `*` and `/` refuse a text, even one that holds a number: write "
        "NUMBER(a). SUM, AVERAGE, MIN and MAX read it, and refuse a text that holds none.",
        "division": "Division by zero is an error; a quotient without end has 34 digits; every "
        "other result is exact.",
        "null arguments": "A null first argument gives null, but for CONCAT and STRING, where it "
        'is "". So SHA256 of nothing is nothing.',
        "texts of values": "Arrays and objects as text are compact JSON; numbers as text have no "
        "zeros at the end.",
        "lengths": "A length counts Unicode characters.",
        "patterns": "A pattern is found anywhere in the text; `^` and `$` bind it. It has no flags:"
        " what means another thing with JavaScript's `u` flag is refused.",
        "escapes": r"In a text `\"`, `\'`, `\\`, `\n`, `\r`, `\t` are escapes; any other "
        "backslash stays.",
        "COALESCE": 'An empty text counts as empty, as null does: COALESCE("", "a") is "a".',
        "CHAR": "CHAR counts from 0, by the vendor's text (its example counts from 1).",
        "positions": "CHAR and EXTRACT give null where there is nothing.",
        "SUBSTRING": "The character at `to` is part of SUBSTRING's result, as in the vendor's own "
        "example.",
        "REPLACE": "REPLACE replaces every match, the last one too: `REPLACE('0123', "
        "'([0-9]{2})', '$1-')` is `01-23-` (the vendor's example lacks the last `-`).",
        "JSON": "JSON_PARSE and DECODE_BASE64 of what is none are errors; JSON_STRINGIFY of null "
        'is "null" unless there is a default.',
        "NUMBER": "NUMBER of true or false is null.",
        "DATEDIFF": "DATEDIFF is b - a, cut to whole units (the vendor's example contradicts "
        "itself).",
        "days": "Days and longer are counted from the day and time that each date shows; two "
        "dates in UTC also as the destination's time zone shows them, and what is over there "
        "counts.",
        "time zone": "A date without an offset is read in UTC, the destination's time zone unless "
        "another is set.",
        "timestamps": "A number from 10**12 on is a timestamp in milliseconds, a smaller one in "
        "seconds; digits in a text are read alike.",
        "DATEPARSE": "DATEPARSE keeps an offset that the text gives.",
        "TIMEZONE": 'TIMEZONE is the offset ("UTC+1") also for a date read in a named zone.',
        "localised dates": "The localised tokens of date formats are in English as spoken in the "
        "United States, with Luxon's punctuation.",
        "expressions": "Names in an expression over an array refer to the element alone; `root.x` "
        "means the event only there.",
        "missing arrays": "SUM, AVERAGE, MIN, MAX, COUNT and FOR_EACH of a missing array are null; "
        "SUM of no number is 0.",
        "cookies": "Cookies are percent-decoded; names of headers count in any case.",
    }
)
