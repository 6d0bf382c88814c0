"""Certainty, where a scope must begin, go on, and end."""

from __future__ import annotations

import pytest

from thoracite.kg.extract.extractor import extract_sentence


def certainty(text: str) -> dict[str, str]:
    return {t.text: t.certainty.radgraph for t in extract_sentence(text.lower().split()) if not t.anatomy}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no effusion , mass , or nodule", {"effusion": "DA", "mass": "DA", "nodule": "DA"}),
        ("no effusion , mass", {"effusion": "DA", "mass": "DA"}),
        ("no effusion , stable nodule", {"effusion": "DA", "stable": "DP", "nodule": "DP"}),
        ("no effusion but a nodule", {"effusion": "DA", "nodule": "DP"}),
        ("no effusion ; nodule", {"effusion": "DA", "nodule": "DP"}),
        ("no effusion with scarring", {"effusion": "DA", "scarring": "DP"}),
        ("no change in effusion", {"change": "DA", "effusion": "DP"}),
        ("no change in scar or mass", {"change": "DA", "scar": "DP", "mass": "DP"}),
        ("no growth of the nodule or mass", {"growth": "DA", "nodule": "DP", "mass": "DP"}),
        ("no enlargement of the nodule", {"enlargement": "DA", "nodule": "DP"}),
        ("no effusion , the mass is large", {"effusion": "DA", "mass": "DP", "large": "DP"}),
        ("no effusion , mass or nodule is seen", {"effusion": "DA", "mass": "DA", "nodule": "DA"}),
        ("no effusion is seen , a mass persists", {"effusion": "DA", "mass": "DP"}),
        ("no effusion , scarring at the apex is old", {"effusion": "DA", "scarring": "DP", "old": "DP"}),
        ("no effusion , small pneumothorax", {"effusion": "DA", "small": "DP", "pneumothorax": "DP"}),
        ("no consolidation , large effusion", {"consolidation": "DA", "large": "DA", "effusion": "DA"}),
        ("effusion : no , mass : yes", {"effusion": "DA", "mass": "DP"}),
        ("mass is present , edema is not", {"mass": "DP", "edema": "DA"}),
        ("resection of a mass", {"resection": "DP", "mass": "DA"}),
        ("partial resolution of the effusion", {"effusion": "DP"}),
        ("no resolution of the effusion", {"effusion": "DP"}),
        ("effusion , which has resolved", {"effusion": "DA"}),
        ("opacity , ? effusion", {"opacity": "DP", "effusion": "U"}),
        ("history of pneumonia , now with edema", {"edema": "DP"}),
        ("pneumonia three years ago", {}),
        ("nodule unchanged from three years ago", {"nodule": "DP", "unchanged": "DP", "three": "DP"}),
        ("scarring consistent with history of tuberculosis", {"scarring": "DP", "tuberculosis": "U"}),
        ("father died of cancer , no mass", {"mass": "DA"}),
        ("no XXXX , focal mass", {"focal": "DA", "mass": "DA"}),
        ("effusion and no nodule", {"effusion": "DP", "nodule": "DA"}),
        ("scar but mass is not seen", {"scar": "DP", "mass": "DA"}),
        ("effusion has resolved", {"effusion": "DA"}),
        ("no effusion , mass , nodule is seen", {"effusion": "DA", "mass": "DA", "nodule": "DA"}),
        ("no effusion , nodule is seen", {"effusion": "DA", "nodule": "DP"}),
        ("possible effusion and nodule", {"effusion": "U", "nodule": "U"}),
        ("history of pneumonia and edema", {}),
        ("history of pneumonia and heart is large", {"large": "DP"}),
        ("effusion has not resolved", {"effusion": "DP"}),
        ("effusion has resolved and scar is seen", {"effusion": "DA", "scar": "DP"}),
        ("effusion is not seen and nodule in the lung", {"effusion": "DA", "nodule": "DP"}),
        ("effusion is possible and nodule is seen", {"effusion": "U", "nodule": "DP"}),
        ("mass possible and scar", {"mass": "U", "scar": "DP"}),
        ("effusion resolved leaving scar", {"effusion": "DA", "scar": "DP"}),
        ("resolved effusion", {"effusion": "DA"}),
        ("the heart is not enlarged", {"enlarged": "DA"}),
        ("no mass and the heart is enlarged", {"mass": "DA", "enlarged": "DP"}),
        ("does not appear to be a mass", {"mass": "DA"}),
        ("mass , pneumonia cannot be excluded", {"mass": "DP", "pneumonia": "U"}),
        ("mass and pneumonia cannot be excluded", {"mass": "U", "pneumonia": "U"}),
        ("possible mass , effusion", {"mass": "U", "effusion": "DP"}),
        ("effusion is likely , nodule", {"effusion": "U", "nodule": "DP"}),
        ("effusion is possible in the left base", {"effusion": "U"}),
        ("small effusions suspected", {"small": "U", "effusions": "U"}),
        ("effusion or scar", {"effusion": "U", "scar": "U"}),
        ("differential diagnosis includes edema , pneumonia", {"edema": "U", "pneumonia": "U"}),
        ("no definite mass", {"mass": "DA"}),
        ("not only effusion", {"effusion": "DP"}),
        ("opacity , XXXX atelectasis and scarring", {"opacity": "DP", "atelectasis": "U", "scarring": "U"}),
        ("tip appears to be in the svc", {"tip": "DP"}),
        ("appears to be a mass", {"mass": "U"}),
        ("no pneumothorax the lungs are large", {"pneumothorax": "DA", "large": "DP"}),
        ("without a comparison , the mass is large", {"mass": "DP", "large": "DP"}),
        ("old films show a mass", {"mass": "DP"}),
        ("most recent prior exam", {}),
    ],
)
def test_scope(text: str, expected: dict[str, str]) -> None:
    assert certainty(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ct is recommended to exclude a mass",
        "recommend followup to document resolution of the infiltrate",
        "please correlate clinically for pneumonia",
        "further evaluation of the nodule with ct may be helpful",
        "if there is concern for pneumonia , repeat film",
        "comparison with prior films of the nodule would be helpful",
    ],
)
def test_advice_states_nothing(text: str) -> None:
    assert certainty(text) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nodule , ct is recommended to exclude a mass", {"nodule": "DP"}),
        ("nodule for further evaluation of a mass", {"nodule": "DP"}),
        ("followup film demonstrates a nodule", {"nodule": "DP"}),
        ("pneumothorax was discussed with the surgeon for drain placement", {"pneumothorax": "DP"}),
    ],
)
def test_what_stands_beside_advice_is_kept(text: str, expected: dict[str, str]) -> None:
    assert certainty(text) == expected
