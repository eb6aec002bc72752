"""What was seen, as it is kept with a signal: the numbers of an `Explanation` as JSON. No name and no word of anybody."""

import json
from dataclasses import asdict

from checkins.imbalance.detector import Finding
from checkins.imbalance.explanation import Explanation, Ground, Part, Reading


def to_text(explanation: Explanation) -> str:
    told = asdict(explanation) | {"readings": [reading.name for reading in explanation.readings]}
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def from_text(text: str) -> Explanation:
    told = json.loads(text)
    grounds = tuple(
        Ground(
            stream=ground["stream"],
            weight=ground["weight"],
            since=Part(**ground["since"]),
            before=Part(**ground["before"]),
            usual=tuple(ground["usual"]),
        )
        for ground in told["grounds"]
    )
    readings = tuple(Reading[name] for name in told["readings"])
    return Explanation(**told | {"finding": Finding(**told["finding"]), "grounds": grounds, "readings": readings})
