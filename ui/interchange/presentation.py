"""Presentation states: the drawings of cited signs and the places of findings, over the image in any DICOM viewer.

References
----------
DICOM PS3.3 A.33.1 (Grayscale Softcopy Presentation State), C.10.5 (Graphic Annotation).
"""

from __future__ import annotations

from collections.abc import Iterable

from highdicom.pr import GraphicAnnotation, GraphicLayer, GraphicObject, GrayscaleSoftcopyPresentationState, TextObject
from pydicom.dataset import Dataset

from thoracite.types import Drawing
from thoracite.ui.interchange.record import Exchange
from thoracite.ui.interchange.report import find_outline
from thoracite.ui.interchange.source import make_uid
from thoracite.ui.text import NOTICE

_SPOKEN = ("likely", "suspected", "possible")
"""Verdicts on findings whose place is drawn."""


def make_presentation(exchange: Exchange, reference: Dataset) -> GrayscaleSoftcopyPresentationState | None:
    """Make the presentation state of an explanation.

    Parameters
    ----------
    exchange : Exchange
        What it says.
    reference : pydicom.Dataset
        The image: ``Source.reference``.

    Returns
    -------
    highdicom.pr.GrayscaleSoftcopyPresentationState or None
        With one layer of signs, each named by the keys of the sentences, and one of places; None where nothing is
        drawn.
    """
    layers = {
        "SIGNS": (GraphicLayer("SIGNS", 1, "Signs that a sentence cites"), list(_draw_signs(exchange))),
        "PLACES": (GraphicLayer("PLACES", 2, "Places of findings"), list(_draw_places(exchange))),
    }
    drawn = [(layer, drawings) for layer, drawings in layers.values() if drawings]
    if not drawn:
        return None
    state = GrayscaleSoftcopyPresentationState(
        referenced_images=[reference],
        series_instance_uid=make_uid(),
        series_number=9002,
        sop_instance_uid=make_uid(),
        instance_number=1,
        manufacturer="Thoracite",
        manufacturer_model_name="Thoracite",
        software_versions=exchange.version,
        device_serial_number="",
        content_label="THORACITE",
        content_description=NOTICE,
        graphic_annotations=[_annotate(layer, drawings, reference) for layer, drawings in drawn],
        graphic_layers=[layer for layer, _ in drawn],
        series_description=f"Thoracite: {NOTICE}"[:64],
    )
    state.Laterality = ""  # the chest is no paired part of the body (PS3.3 C.7.3.1: type 2C)
    return state


def _draw_signs(exchange: Exchange) -> Iterable[tuple[str, Drawing]]:
    keys = {(cited.sign, cited.side): cited.key for cited in reversed(exchange.evidence) if cited.sign}
    for read in exchange.signs:
        if read.key in keys:
            name = f"[{keys[read.key]}] {' '.join(filter(None, [read.label, read.side]))}"
            yield from ((name if first == 0 else "", drawing) for first, drawing in enumerate(read.drawing))


def _draw_places(exchange: Exchange) -> Iterable[tuple[str, Drawing]]:
    for result in exchange.results:
        if result.place is not None and result.verdict in _SPOKEN:
            x0, y0, x1, y1 = result.place.box
            yield f"{result.label}, {result.verdict}", Drawing(kind="box", points=((x0, y0), (x1, y1)))


def _annotate(layer: GraphicLayer, drawings: list[tuple[str, Drawing]], reference: Dataset) -> GraphicAnnotation:
    height, width = reference.Rows, reference.Columns
    objects, texts = [], []
    for name, drawing in drawings:
        points = find_outline(drawing).clip(0, [width, height])  # a line may be drawn on beyond the image
        kind = "POINT" if len(points) == 1 else "POLYLINE"
        objects.append(GraphicObject(kind, points, units="PIXEL"))
        if name:
            anchor = (float(points[0][0]), float(points[0][1]))
            texts.append(TextObject(name, units="PIXEL", anchor_point=anchor, anchor_point_visible=False))
    return GraphicAnnotation([reference], layer, graphic_objects=objects, text_objects=texts or None)


__all__ = ["make_presentation"]
