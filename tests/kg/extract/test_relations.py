"""Relations, where sentences are built in ways that mislead."""

from __future__ import annotations

import pytest

from thoracite.kg.extract.extractor import extract_sentence

SIGNS = {"modify": ">", "located_at": "@", "suggestive_of": "~"}


def relations(text: str) -> set[str]:
    terms = extract_sentence(text.lower().split())
    kept = {id(t) for t in terms}
    return {
        f"{t.text}{SIGNS[name]}{to.text}".replace(" ", "_") for t in terms for name, to in t.relations if id(to) in kept
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("heart and lungs are normal", "normal@heart normal@lungs"),
        ("heart is normal , lungs are clear", "normal@heart clear@lungs"),
        (
            "heart size normal , vascularity within normal limits",
            "size>heart normal@heart within_normal_limits@vascularity",
        ),
        ("silhouette is normal in size and contour", "normal@silhouette size>silhouette contour>silhouette"),
        ("silhouette is within normal limits for size", "within_normal_limits@silhouette size>silhouette"),
        ("normal size and configuration of the heart", "normal@heart size>heart configuration>heart"),
        ("heart is large but unchanged", "large@heart unchanged@heart"),
        ("lungs are large but clear of nodules", "large@lungs clear@lungs nodules@lungs"),
        ("lungs with nodules", "nodules@lungs"),
        ("faint fibrosis or collapse", "faint>fibrosis faint>collapse"),
        ("faint fibrosis or dense collapse", "faint>fibrosis dense>collapse"),
        (
            "mild left basilar scar or atelectasis",
            "mild>scar mild>atelectasis left>basilar scar@basilar atelectasis@basilar",
        ),
        ("opacity suggestive of mild edema", "opacity~edema mild>edema"),
        ("opacity suggestive of an area of edema", "opacity~edema area>edema"),
        ("opacity suggestive of a small area of edema", "opacity~edema small>edema area>edema"),
        ("opacity with its tip in the svc", "tip@svc"),
        ("lungs are clear without effusion or mass", "clear@lungs mass@lungs"),
        ("low lung volumes without mass", "low@lung volumes>lung"),
        ("chest without mass", "mass@chest"),
        ("hilar or mediastinal adenopathy", "adenopathy@hilar adenopathy@mediastinal"),
        ("acute , cardiac or pleural disease", "acute>disease disease@cardiac disease@pleural"),
        ("upper lobe pleural scarring", "upper>lobe scarring@lobe scarring@pleural"),
        ("pulmonary vascular congestion", "pulmonary>vascular congestion@vascular"),
        ("right upper and left lower lobes", "right>lobes upper>lobes left>lobes lower>lobes"),
        ("bibasilar scar , left greater than right", "scar@bibasilar left>bibasilar right>bibasilar greater>scar"),
        (
            "bilateral effusions , left greater than right",
            "bilateral>effusions left>effusions right>effusions greater>effusions",
        ),
        ("scar at the left greater than right hilum", "left>scar greater>scar right>hilum scar@hilum"),
        ("catheter tip in the right atrium", "tip>catheter tip@atrium right>atrium"),
        ("catheter with tip in the svc", "tip>catheter tip@svc"),
        ("generator with a XXXX terminating in the ventricle", ""),
        ("opacity in the left base , XXXX atelectasis", "opacity@base left>base opacity~atelectasis"),
        ("effusion , XXXX atelectasis", ""),
        ("haze XXXX edema", "haze~edema"),
        ("effusion is stable , and edema has improved", "stable>effusion improved>edema"),
        ("effusion is stable , and scar is large", "stable>effusion large>scar"),
        ("rounded 8 mm nodule", "rounded>nodule"),
        ("catheter whose tip is in the svc", "tip>catheter tip@svc"),
        ("tracheostomy tube tip in the trachea", "tracheostomy>tube tip>tube tip@trachea"),
        ("heart is mildly to moderately enlarged", "mildly>enlarged moderately>enlarged enlarged@heart"),
        ("severe quadricompartmental degenerative change", "severe>change degenerative>change"),
        ("tube in good position", "good>position position>tube"),
        ("several areas of haze", "several>haze areas>haze"),
        ("interval increase in size of the nodule", "interval>increase increase>nodule"),
        ("interval increase in size of the heart", "interval>increase increase@heart size>heart"),
        ("interval placement of a left chest tube", "left>chest tube@chest"),
        ("left base could be scar or mass", "left>base scar@base mass@base"),
        ("opacity in the base with possible effusion", "opacity@base"),
        ("opacity and effusion unchanged", "unchanged>opacity unchanged>effusion"),
        ("calcification of the aorta , unchanged", "calcification@aorta unchanged>calcification"),
        ("haze , likely edema or pneumonia", "haze~edema haze~pneumonia"),
        ("in the left base , there is a nodule", "left>base nodule@base"),
        ("no line to suggest pneumothorax or blunting to suggest effusion", "line~pneumothorax blunting~effusion"),
        ("opacity , scar versus atelectasis", "opacity~scar opacity~atelectasis"),
        ("edema , differential diagnosis includes infection", "edema~infection"),
        ("haze suggests edema , differential diagnosis includes infection", "haze~edema haze~infection"),
        ("no effusion , hilar calcifications suggest granuloma", "calcifications@hilar calcifications~granuloma"),
        ("without areas of focal consolidation", "focal>consolidation areas>consolidation"),
        ("opacity in the retrocardiac area", "opacity@area retrocardiac>area"),
        ("heart size normal , structures appear intact", "size>heart normal@heart intact@structures"),
        ("heart is of normal size", "normal@heart size>heart"),
        ("crowding , infiltrates difficult to exclude", ""),
        ("opacity , XXXX atelectasis and scarring", "opacity~atelectasis opacity~scarring"),
        ("changes of the XXXX and spine", "changes@spine"),
        ("left chest XXXX with its tip in the svc", "left>chest tip@svc"),
        ("cardiac generator with tip in the svc", "generator@cardiac tip>generator tip@svc"),
        ("healed left clavicle and rib fractures", "healed>fractures left>clavicle fractures@clavicle fractures@rib"),
        ("calcified aorta and left rib fracture", "calcified@aorta left>rib fracture@rib"),
        ("heart is large for low lung volumes", "large@heart low@lung volumes>lung"),
        (
            "heart size mediastinal contours are normal",
            "size>heart mediastinal>contours normal@heart normal@contours",
        ),
        ("7 mm diameter nodule in the lingula", "nodule@lingula"),
        ("moderate sized right pneumothorax", "moderate>pneumothorax right>pneumothorax"),
        ("oval , 17 mm opacity", "oval>opacity"),
        ("small but stable nodule", "small>nodule stable>nodule"),
        ("scoliosis limits evaluation of the mediastinum", ""),
        ("airspace disease or atelectasis in the base", "disease@airspace disease@base atelectasis@base"),
        ("on the lateral view in the costophrenic sulcus , there is a mass", "costophrenic>sulcus mass@sulcus"),
        ("radiographs of the chest show a mass", ""),
        ("deformity has the appearance of a fracture", "deformity~fracture"),
        ("left greater than right basal scarring", "left>basal right>basal greater>scarring scarring@basal"),
        ("small volume pleural effusion", "small>effusion effusion@pleural"),
        ("moderate sized hiatal hernia", "moderate>hernia hernia@hiatal"),
        ("small right and XXXX left pleural effusions", "small>effusions right>pleural left>pleural effusions@pleural"),
        ("contours are obscured by collapse of the lung", "obscured@contours collapse@lung"),
        ("interval enlargement of the mass", "interval>enlargement enlargement>mass"),
        ("left hilar calcified lymph node", "left>node hilar>node calcified@node lymph>node"),
        ("no acute or XXXX pulmonary disease", "acute>disease disease@pulmonary"),
        ("opacities XXXX bronchovascular crowding", "opacities~crowding crowding@bronchovascular"),
    ],
)
def test_relations(text: str, expected: str) -> None:
    assert relations(text) == set(expected.split())
