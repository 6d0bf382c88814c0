"""What the commands about images, figures and settings do: each takes what the user typed and prints or returns text.

Results go to standard output as they are ready, notes and progress to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TextIO, get_args

from thoracite.errors import InputError, UsageError
from thoracite.files import names_image
from thoracite.settings import SECRETS, Settings
from thoracite.types import Answer, Explanation, Study, View
from thoracite.ui.cluster.workers import Cluster, explain_on_workers
from thoracite.ui.console.dropped import render_dropped
from thoracite.ui.console.graph import prepare_graph
from thoracite.ui.console.output import open_output
from thoracite.ui.console.progress import ProgressBar, tell
from thoracite.ui.console.table import ProbabilityTable
from thoracite.ui.interchange.files import Documents, Wanted
from thoracite.ui.text import align_columns, render_text
from thoracite.ui.view import render_error, render_record, render_slim

if TYPE_CHECKING:
    from thoracite.pipeline import ImageError

Form = Literal["text", "full", "json", "slim", "csv"]
"""How explanations are printed."""

LONGEST_PAGE = 100
"""Most images on one page: every one of them travels inside it."""


class Asked(NamedTuple):
    """What is asked of each image.

    Parameters
    ----------
    view : str
        ``PA``, ``AP`` or ``lateral``; ``unknown`` takes what each file states.
    signs : mapping of str to float, str or None
        Signs that are set instead of read.
    without : tuple of str
        What is left out: evidence, signs, triples, places.
    patient : str or None
        The patient, whose images do not count among similar ones.
    indication, prior : str or None
        Words of the request; an earlier film, or words of its report.
    """

    view: str = "unknown"
    signs: Mapping[str, float | Answer | None] = MappingProxyType({})
    without: tuple[str, ...] = ()
    patient: str | None = None
    indication: str | None = None
    prior: str | None = None


def explain_images(
    paths: Sequence[Path],
    settings: Settings,
    *,
    asked: Asked = Asked(),  # noqa: B008 - immutable
    form: Form = "text",
    use_graph: bool = True,
    html: Path | None = None,
    output: Path | None = None,
    dropped: bool = False,
    documents: Wanted = Wanted(),  # noqa: B008 - immutable
    cluster: Cluster | None = None,
) -> None:
    """Explain images and print each explanation as soon as it is ready.

    Parameters
    ----------
    paths : sequence of Path
        Files, or folders whose images are taken in order of name, those of their folders too.
    settings : Settings
        Where the graph is, which models to use.
    asked : Asked
        View of the images, signs that are set, and what is left out.
    form : str
        ``text``, ``full`` (with sources and queries), ``json`` (one object a line), ``slim`` (the same without queries,
        drawings and evidence that no sentence cites) or ``csv`` (one row an image).
    use_graph : bool
        False leaves the graph out.
    html : Path or None
        A page to write as well, one section an image.
    output : Path or None
        A file of JSON lines to write as well, slim ones where ``form`` is.
    dropped : bool
        Whether to tell what was written and not released.
    documents : Wanted
        DICOM structured reports and FHIR bundles to write as well.
    cluster : Cluster or None
        Ray workers that explain; this process unless given.

    Raises
    ------
    InputError
        At the end, if an image could not be read, or at once, if a folder holds none.
    UsageError
        Before any work, if a file cannot be written, a page would hold too many images, or one earlier film is to be
        compared with several.
    """
    from thoracite.pipeline import Explainer
    from thoracite.ui.page import render_explained
    from thoracite.vision.prevalence import read_prevalence

    images = list(find_images(paths))
    one = Study(image="", **asked._asdict() | {"view": _check_view(asked.view)})
    studies = [one.model_copy(update={"image": str(image)}) for image in images]
    if asked.prior is not None and len(images) > 1 and names_image(asked.prior):
        raise UsageError(f"--prior is a film of one patient and {len(images)} images are given; explain one at a time")
    read_prevalence(settings.prevalence)  # a fault in it is told once, not for each image
    if html is not None and len(images) > LONGEST_PAGE:
        raise UsageError(
            f"--html takes at most {LONGEST_PAGE} images and {len(images)} are given; explain fewer, or use --output"
        )
    written = Documents(documents, images, settings)
    with ExitStack() as stack:
        files = [stack.enter_context(open_output(path)) if path else None for path in (output, html)]
        explainer = stack.enter_context(Explainer(settings, graph=use_graph))
        if use_graph and any(image.exists() for image in images):  # a graph that is damaged is told at once
            prepare_graph(settings)
            explainer.open()
        printer = _Printer(images, form=form, lines=files[0], keep=files[1] is not None, dropped=dropped)
        progress = stack.enter_context(ProgressBar())
        progress("images", 0, len(images))
        explain = partial(explain_on_workers, settings=settings, cluster=cluster, graph=use_graph) if cluster else None
        for done, answer in enumerate((explain or explainer.explain_many)(studies), 1):
            with progress.step_aside():
                printer.print(answer)
            if isinstance(answer, Explanation):
                written.write(answer)
            progress("images", done, len(images))
        printer.finish()
        if files[1] is not None and printer.kept:
            files[1].write(render_explained(printer.kept, settings))
    printer.complain()


def _check_view(view: str) -> View:
    for known in get_args(View):
        if view == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"there is no view {view!r}; expected {', '.join(get_args(View))}")


def choose_form(*, json: bool = False, slim: bool = False, csv: bool = False, full: bool = False) -> Form:
    """Choose the form that the options of ``thoracite explain`` ask for; ``--slim`` is JSON with or without ``--json``.

    Raises
    ------
    UsageError
        If two of them exclude each other.

    Examples
    --------
    >>> choose_form(), choose_form(json=True), choose_form(json=True, slim=True)
    ('text', 'json', 'slim')
    """
    asked: dict[Form, bool] = {"slim": slim, "json": json and not slim, "csv": csv, "full": full}
    forms = [form for form, wanted in asked.items() if wanted]
    if len(forms) > 1:
        raise UsageError(f"--{forms[0]} and --{forms[1]} exclude each other; choose one")
    return forms[0] if forms else "text"


class _Printer:
    """Prints answers one by one and remembers what was wrong."""

    def __init__(
        self, images: Sequence[Path], *, form: Form, lines: TextIO | None, keep: bool, dropped: bool = False
    ) -> None:
        self._dropped = dropped
        self._batch, self._form, self._lines, self._keep = len(images) > 1, form, lines, keep
        self._table = ProbabilityTable()
        self._errors: list[str] = []
        self._printed = 0
        self.kept: list[Explanation] = []

    def print(self, answer: Explanation | ImageError) -> None:
        if isinstance(answer, Explanation):
            self.kept += [answer] if self._keep else []
        else:
            self._errors.append(answer.error)
        line = json.dumps(_render_record(answer, slim=self._form == "slim", dropped=self._dropped), ensure_ascii=False)
        if self._lines is not None:
            self._lines.write(line + "\n")
        if self._form == "csv":
            self._print_rows(answer)
        elif self._form in ("json", "slim"):
            _print(line)
        elif self._batch or isinstance(answer, Explanation):
            text = _render_text(answer, full=self._form == "full", dropped=self._dropped)
            _print(f"\n{'─' * 100}\n\n{text}" if self._printed else text)
        self._printed += 1

    def _print_rows(self, answer: Explanation | ImageError) -> None:
        if self._batch and not isinstance(answer, Explanation):
            tell(f"not read: {answer.error}")
        for row in self._table.add(answer):
            _print(row)

    def finish(self) -> None:
        """What waited for the images to come."""
        if self._form == "csv":
            for row in self._table.finish():
                _print(row)

    def complain(self) -> None:
        """One sentence about all that could not be read."""
        if len(self._errors) > 1 or (self._errors and self._batch):
            raise InputError(
                f"{len(self._errors)} of {self._printed} images could not be read, first: {self._errors[0]}"
            )
        if self._errors:
            raise InputError(self._errors[0])


def _render_record(answer: Explanation | ImageError, *, slim: bool, dropped: bool) -> dict[str, Any]:
    if not isinstance(answer, Explanation):
        return render_error(answer.image, answer.error)
    return render_slim(answer, dropped=dropped) if slim else render_record(answer, dropped=dropped)


def _render_text(answer: Explanation | ImageError, *, full: bool, dropped: bool) -> str:
    if not isinstance(answer, Explanation):
        return f"{answer.image}\n\n  Not read: {answer.error}"
    text = render_text(answer, full=full)
    return f"{text}\n\n{render_dropped(answer)}" if dropped else text


def find_images(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that paths name, in the order given; a folder's images by name.

    Parameters
    ----------
    paths : sequence of Path
        Files, which need not exist, and folders.

    Raises
    ------
    InputError
        If a folder holds no image, or cannot be listed.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [file for file in sorted(path.rglob("*")) if file.is_file() and _looks_like_image(file)]
        if not found:
            raise InputError(f"folder {path} holds no image; expected PNG, JPEG or DICOM files")
        yield from found


def _looks_like_image(file: Path) -> bool:
    """By its ending, or as DICOM, which often has none; hidden files are none."""
    from thoracite.retrieval.retriever import IMAGE_SUFFIXES

    if file.name.startswith("."):
        return False
    if file.suffix.lower() in IMAGE_SUFFIXES:
        return True
    try:
        with file.open("rb") as start:
            return start.read(132)[128:] == b"DICM"
    except OSError:
        return False


def check_report(image: str, report: Path, settings: Settings, *, as_json: bool = False) -> tuple[str, int]:
    """Compare a report with its image, the graph and itself.

    Parameters
    ----------
    image : str
        Path of the image, or ``-`` to check the text alone.
    report : Path
        A text file, or ``-`` for standard input.
    settings : Settings
        Where the graph is, which encoder to use.
    as_json : bool
        JSON instead of text.

    Returns
    -------
    tuple of str and int
        The answer, and how many errors were found.

    Raises
    ------
    InputError
        If the image or the report cannot be read.
    """
    from thoracite.pipeline import Explainer
    from thoracite.ui.text import render_check_text
    from thoracite.ui.view import render_check

    text = _read_report(report)
    with Explainer(settings) as explainer:
        checked = explainer.check_report(None if image == "-" else image, text)
    shown = json.dumps(render_check(checked), ensure_ascii=False) if as_json else render_check_text(checked)
    return shown, len(checked.errors)


def _read_report(report: Path) -> str:
    name = "standard input" if str(report) == "-" else str(report)
    try:
        data = sys.stdin.buffer.read() if str(report) == "-" else report.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"report {name} cannot be read: {reason}; expected a text file in UTF-8") from error


def write_phantoms(output: Path, *, number: int, seed: int, size: int) -> str:
    """Draw synthetic radiographs and say how many.

    Raises
    ------
    UsageError
        If the folder cannot be written.
    """
    from thoracite.phantom import write_phantoms as write

    with ProgressBar() as progress:
        written = write(output, number=number, seed=seed, size=size, progress=progress)
    return f"{len(written)} synthetic radiographs with findings, boxes, triples and reports in {output}"


def show_settings(settings: Settings, *, as_json: bool = False) -> str:
    """Every setting, its value and where that came from; a secret is not shown.

    Examples
    --------
    >>> settings = Settings.read(arguments={"store_password": "secret"}, environment={})
    >>> show_settings(settings).splitlines()[3].split()
    ['store_password', '(set)', 'argument']
    """
    rows = {}
    for name, value in settings.model_dump(mode="json").items():
        shown = ("(set)" if value else "(not set)") if name in SECRETS else value
        rows[name] = {"value": shown, "origin": settings.origin(name)}
    if as_json:
        return json.dumps({"settings": rows}, ensure_ascii=False)
    return align_columns([name, str(row["value"]), row["origin"]] for name, row in rows.items())


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


__all__ = [
    "LONGEST_PAGE",
    "Form",
    "check_report",
    "choose_form",
    "explain_images",
    "find_images",
    "show_settings",
    "write_phantoms",
]
