# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of tracks as they are compared: without what tools put around them, in one spelling.

"Anna:L.Shoulder.001", "left_shoulder", "ShoulderLeft", "schulter links" and "左肩" are all
"lshoulder".
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

_SIDES: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("l", "left", "lft", "links", "linke", "linker", "linkes", "gauche", "izquierda",
         "izquierdo",
         "izq", "sinistra", "sinistro", "sx", "esquerda", "esquerdo", "vanster", "lewa", "lewy",
         "левая", "левый", "левое", "左", "왼", "왼쪽", "좌"), "l",
    ),
    **dict.fromkeys(
        ("r", "right", "rgt", "rechts", "rechte", "rechter", "rechtes", "droite", "droit",
         "derecha",
         "derecho", "der", "destra", "destro", "dx", "direita", "direito", "hoger", "prawa",
         "prawy",
         "правая", "правый", "правое", "右", "오른", "오른쪽", "우"), "r",
    ),
}  # fmt: skip
"""Words for the sides in English, German, French, Spanish, Italian, Portuguese, Swedish, Polish,
Russian, Chinese and Japanese, Korean; without accents."""

_PARTS: Final[dict[str, str]] = {
    word: part
    for part, words in {
        "shoulder": "schulter epaule hombro spalla ombro 肩 어깨 плечо",
        "elbow": "ellbogen ellenbogen coude codo gomito cotovelo 肘 ひじ 팔꿈치 локоть",
        "wrist": "handgelenk poignet muneca polso pulso punho 手首 手腕 손목 запястье",
        "hip": "hufte hanche cadera anca quadril 股関節 髋 腰 엉덩이 고관절 бедро",
        "knee": "knie genou rodilla ginocchio joelho 膝 ひざ 무릎 колено",
        "ankle": "knochel sprunggelenk cheville tobillo caviglia tornozelo 足首 脚踝 踝 발목",
        "heel": "ferse talon tallone calcanhar かかと 脚跟 발뒤꿈치 пятка",
        "bigtoe": "grosszehe grosserzeh grosorteil dedogordo alluce 親指 大脚趾 엄지발가락",
        "head": "kopf tete cabeza testa cabeca 頭 头 머리 голова",
        "neck": "hals nacken cou cuello collo pescoco 首 脖子 목 шея",
        "nose": "nase nez nariz naso 鼻 코 нос",
        "eye": "auge oeil ojo occhio olho 目 眼 눈 глаз",
        "ear": "ohr oreille oreja orecchio orelha 耳 귀 ухо",
    }.items()
    for word in words.split()
}
"""Keypoints' parts of the body in those languages."""

_COPY: Final = re.compile(r"\.\d{3}$")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[左右])|(?=[左右])")
_MARKS: Final = re.compile(r"[^\w*#]+|_+")


@lru_cache(maxsize=65536)
def plain(name: str) -> str:
    """A name as it is compared: side first, then the rest in lower case without separators."""
    name = re.split(r"[:|]", name.strip())[-1]
    words = [w for w in _MARKS.split(_CAMEL.sub(" ", _COPY.sub("", _ascii(name))).lower()) if w]
    if len(words) == 1:
        words = _apart(words[0])
    sides = [_SIDES[w] for w in words if w in _SIDES]
    side = sides[0] if len(set(sides)) == 1 else ""
    rest = "".join(_number(w) for w in words if not side or w not in _SIDES)
    return side + _PARTS.get(rest, rest)


def shorter_names() -> tuple[Callable[[Sequence[str]], list[str]], ...]:
    """Ways to take off what a tool put around every name: a subject's word, a number, a beginning
    or an end that all have in common."""
    return (
        _without_beginning, _without_end, lambda names: _without_end(_without_beginning(names)),
        lambda names: _without(names, r"^[^\W_]+[\s_.\-/]+(?=\w)"),
        lambda names: _without(names, r"(?<=\w)[\s_.\-/]+[^\W_]+$"),
        lambda names: _without(names, r"^\d+[\s_.\-)]*(?=\D)"),
        lambda names: _without(names, r"(?<=[^\d_\s.\-])[\s_.\-(]*\d+\)?$"),
    )  # fmt: skip


def _without(names: Sequence[str], pattern: str) -> list[str]:
    return [re.sub(pattern, "", re.split(r"[:|]", n)[-1]) for n in names]


def _without_beginning(names: Sequence[str]) -> list[str]:
    """Without the longest beginning that nine of ten names share, if it is more than a letter."""
    shared = _shared([n for n in names if n[:1] not in "*#"])
    return [n[len(shared) :] if shared and n.startswith(shared) else n for n in names]


def _without_end(names: Sequence[str]) -> list[str]:
    turned = _without_beginning([n[::-1] for n in names])
    return [n[::-1] for n in turned]


def _shared(names: Sequence[str]) -> str:
    shared = ""
    while names:
        longer = Counter(n[: len(shared) + 1] for n in names if len(n) > len(shared) + 1)
        best, count = longer.most_common(1)[0] if longer else ("", 0)
        if not best.startswith(shared) or count < 0.9 * len(names):
            break
        shared = best
    return shared if len(shared) > 1 else ""


def _ascii(name: str) -> str:
    """Without accents: "Épaule" is "Epaule", "Hüfte" "Hufte", "ß" "ss"."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFKC", bare).replace("ß", "ss")


def _apart(word: str) -> list[str]:
    """A side that begins or ends the only word: "leftknee", "kneeleft", "왼무릎"."""
    for side in _LONG_SIDES:
        if word.startswith(side) and len(word) > len(side):
            return [side, word[len(side) :]]
        if word.endswith(side) and len(word) > len(side) + 2:
            return [word[: -len(side)], side]
    return [word]


_LONG_SIDES: Final = sorted(
    (w for w in _SIDES if len(w) > 3 or not w.isascii()), key=len, reverse=True
)


def _number(word: str) -> str:
    """ "01" is "1"."""
    return str(int(word)) if word.isascii() and word.isdecimal() and len(word) < 9 else word
