"""Files of interchange documents: which are asked for, where they go, and their writing, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from thoracite.errors import UsageError
from thoracite.files import explain_writing, replace_path
from thoracite.settings import Settings
from thoracite.types import Explanation

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from thoracite.ui.interchange.record import Exchange
    from thoracite.ui.interchange.source import Source


class Wanted(NamedTuple):
    """Documents that are asked for.

    Parameters
    ----------
    sr, fhir : Path or None
        A file, for one image, or a folder: DICOM structured reports, FHIR bundles.
    keep_patient : bool
        Whether the patient of a DICOM file is named in them.
    """

    sr: Path | None = None
    fhir: Path | None = None
    keep_patient: bool = False


class Documents:
    """Writer of documents beside other output.

    Parameters
    ----------
    wanted : Wanted
        What is asked for.
    images : sequence of Path
        Every image that will be explained.
    settings : Settings
        Limits on what is read.

    Raises
    ------
    UsageError
        If a package is missing, a file is named for several images, or a folder cannot be made.

    Examples
    --------
    >>> Documents(Wanted(fhir=Path("one.json")), [Path("a.png"), Path("b.png")], Settings())
    Traceback (most recent call last):
        ...
    thoracite.errors.UsageError: one.json is a file and 2 images are given; name a folder, or explain one image
    """

    def __init__(self, wanted: Wanted, images: Sequence[Path], settings: Settings) -> None:
        self._wanted, self._settings = wanted, settings
        for option, package, path in (
            ("--dicom-sr", "highdicom", wanted.sr),
            ("--fhir", "fhir.resources", wanted.fhir),
        ):
            if path is not None:
                _check_package(option, package)
                _prepare(path, len(images))
        self._names = name_images(images)

    def write(self, explanation: Explanation) -> None:
        """Write every document that is asked for of one explanation; its ``image`` is the path of the image.

        Raises
        ------
        UsageError
            If a file cannot be written.
        InputError
            If the image can no longer be read.
        """
        if self._wanted.sr is None and self._wanted.fhir is None:
            return
        from thoracite.ui.interchange.record import make_exchange
        from thoracite.ui.interchange.source import read_source

        image = Path(explanation.image)
        exchange = make_exchange(explanation)
        source = read_source(image, self._settings, keep_patient=self._wanted.keep_patient)
        if self._wanted.sr is not None:
            for path, write in _make_reports(self._place(self._wanted.sr, image, ".sr.dcm"), exchange, source):
                _write(path, write)
        if self._wanted.fhir is not None:
            from thoracite.ui.interchange.bundle import make_bundle

            text = make_bundle(exchange, source).model_dump_json()
            _write(self._place(self._wanted.fhir, image, ".fhir.json"), lambda part: _write_text(part, text))

    def _place(self, path: Path, image: Path, suffix: str) -> Path:
        return path / f"{self._names[image]}{suffix}" if path.is_dir() else path


def _check_package(option: str, package: str) -> None:
    try:
        found = find_spec(package) is not None
    except ModuleNotFoundError:  # the package above it
        found = False
    if not found:
        raise UsageError(f"{option} needs the package {package}; install it with pip install 'thoracite[interchange]'")


def _prepare(path: Path, images: int) -> None:
    """Make the folder that is named; a name with an ending is a file."""
    if path.is_dir() or (path.suffix and images == 1):
        return
    if path.suffix:
        raise UsageError(f"{path} is a file and {images} images are given; name a folder, or explain one image")
    with explain_writing(path):
        path.mkdir(parents=True)


def name_images(images: Sequence[Path]) -> dict[Path, str]:
    """Name the documents of images after their files; of several with one name the later ones get a number.

    Examples
    --------
    >>> list(name_images([Path("a/chest.png"), Path("b/chest.png"), Path("c.dcm")]).values())
    ['chest', 'chest-2', 'c']
    """
    names: dict[Path, str] = {}
    for image in images:
        if image not in names:
            taken, number, name = set(names.values()), 1, image.stem
            while name in taken:
                number += 1
                name = f"{image.stem}-{number}"
            names[image] = name
    return names


def _make_reports(path: Path, exchange: Exchange, source: Source) -> Iterator[tuple[Path, Callable[[Path], Any]]]:
    """The report, the drawings over the image, and the image itself where no DICOM instance is known."""
    from thoracite.ui.interchange.presentation import make_presentation
    from thoracite.ui.interchange.report import make_report

    stem = path.name.removesuffix(".dcm").removesuffix(".sr")
    yield path, _saving(make_report(exchange, source.reference))
    drawn = make_presentation(exchange, source.reference)
    if drawn is not None:
        yield path.with_name(f"{stem}.pr.dcm"), _saving(drawn)
    if source.wrapper is not None:
        yield path.with_name(f"{stem}.sc.dcm"), _saving(source.wrapper)


def _saving(data: Dataset) -> Callable[[Path], Any]:
    return lambda part: data.save_as(part, enforce_file_format=True)


def _write_text(part: Path, text: str) -> None:
    part.write_text(text, encoding="utf-8")


def _write(path: Path, write: Callable[[Path], Any]) -> None:
    with explain_writing(path), replace_path(path) as part:
        write(part)


__all__ = ["Documents", "Wanted", "name_images"]
