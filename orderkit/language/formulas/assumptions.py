"""Where the platform's public documentation leaves a formula's value open: what holds here."""

from typing import Final

ASSUMPTIONS: Final = (
    'Values are equal by type and value: `"3" = 3` is false, `NUMBER("3") = 3` is true; '
    "`1 = 1.0` is true.",
    "Null equals null, so `a = null` asks whether a is missing; `<`, `>`, `<=`, `>=`, `~` "
    "and BETWEEN are false with a null or with two types.",
    "Two arrays are equal as a whole; in every other comparison with an array any element "
    'decides, so `tags != "a"` holds if one tag differs, and nothing holds of an empty array.',
    "A condition does not hold if it is false, null, 0 or empty; AND and OR give true or false.",
    "`+` joins two arrays into one; any other operation with a null is null: write COALESCE(a, 0).",
    "`-`, `*` and `/` refuse a text, even one that holds a number: write NUMBER(a).",
    "Division by zero is an error; a quotient without end has 34 digits; every other result "
    "is exact.",
    'A null first argument gives null, but for CONCAT and STRING, where it is "". So '
    "SHA256 of nothing is nothing.",
    "Arrays and objects as text are compact JSON; numbers as text have no zeros at the end.",
    "A length counts Unicode characters.",
    "A pattern is JavaScript's and is found anywhere in the text; `^` and `$` bind it.",
    r"In a text `\"`, `\'`, `\\`, `\n`, `\r`, `\t` are escapes; any other backslash stays.",
    "CHAR and EXTRACT count from 0 and give null where there is nothing (the vendor's example "
    "for CHAR counts from 1).",
    "The character at `to` is part of SUBSTRING's result, as in the vendor's own example.",
    "JSON_PARSE and DECODE_BASE64 of what is none are errors; JSON_STRINGIFY of null is "
    '"null" unless there is a default.',
    "NUMBER of true or false is null.",
    "DATEDIFF is b - a, cut to whole units (the vendor's example contradicts itself).",
    "A number from 10**12 on is a timestamp in milliseconds, a smaller one in seconds; digits "
    "in a text are read alike.",
    "DATEPARSE keeps an offset that the text gives.",
    'TIMEZONE is the offset ("UTC+1") also for a date read in a named zone.',
    "Names in an expression over an array refer to the element alone; `root.x` means the event "
    "only there.",
    "SUM, AVERAGE, MIN, MAX, COUNT and FOR_EACH of a missing array are null; SUM of no number "
    "is 0.",
    "Cookies are percent-decoded; names of headers count in any case.",
)
