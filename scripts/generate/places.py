"""States, cities and postal codes: where customers and sellers live, and how long a parcel takes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from scripts.generate.canonical import Floats, Ints


@dataclass(frozen=True)
class State:
    """Shares of customers and sellers in %, typical delivery in days, area codes, first and last postal prefix."""

    code: str
    customers: float
    sellers: float
    days: float
    area_codes: tuple[int, ...]
    first: int
    last: int
    latitude: float
    longitude: float
    cities: tuple[str, ...]


def _state(line: str) -> State:
    code, customers, sellers, days, codes, first, last, lat, lng, cities = line.split(";")
    return State(
        code,
        float(customers),
        float(sellers),
        float(days),
        tuple(int(c) for c in codes.split()),
        int(first),
        int(last),
        float(lat),
        float(lng),
        tuple(cities.split(",")),
    )


_TABLE = """\
SP;42.0;59.7;8.3;11 12 13 14 15 16 17 18 19;1000;19999;-23.2;-46.9;são paulo,campinas,guarulhos,\
são bernardo do campo,santo andré,\
osasco,santos,sorocaba,\
ribeirão preto,jundiaí,são josé dos campos,mauá
RJ;12.9;5.5;14.8;21 22 24;20000;28999;-22.8;-43.2;rio de janeiro,niterói,nova iguaçu,\
duque de caxias,são gonçalo,petrópolis
MG;11.7;7.9;11.5;31 32 33 34 35 37 38;30000;39999;-19.8;-44.2;belo horizonte,uberlândia,contagem,\
juiz de fora,betim,montes claros
RS;5.5;4.2;14.8;51 53 54 55;90000;99999;-29.8;-51.5;porto alegre,caxias do sul,canoas,pelotas,são leopoldo
PR;5.1;11.3;11.5;41 42 43 44 45 46;80000;87999;-25.2;-50.2;curitiba,londrina,maringá,ponta grossa,foz do iguaçu
SC;3.7;6.1;14.5;47 48 49;88000;89999;-27.2;-49.4;florianópolis,joinville,blumenau,são josé,chapecó
BA;3.4;0.6;18.9;71 73 74 75 77;40000;48999;-12.9;-39.5;salvador,feira de santana,vitória da conquista,ilhéus
DF;2.2;1.0;12.5;61;70000;72799;-15.8;-47.9;brasília,taguatinga
ES;2.0;0.7;15.3;27 28;29000;29999;-20.2;-40.4;vitória,vila velha,serra,cariacica
GO;2.0;1.3;15.2;62 64;72800;76799;-16.6;-49.4;goiânia,anápolis,aparecida de goiânia
PE;1.7;0.3;18.0;81 87;50000;56999;-8.2;-35.8;recife,olinda,caruaru
CE;1.3;0.4;20.8;85 88;60000;63999;-4.2;-39.0;fortaleza,juazeiro do norte,sobral
PA;1.0;0.1;23.3;91 93 94;66000;68899;-2.2;-48.8;belém,ananindeua,santarém
MT;0.9;0.1;17.6;65 66;78000;78899;-14.6;-55.9;cuiabá,várzea grande,rondonópolis
MA;0.8;0.1;21.1;98 99;65000;65999;-3.9;-44.9;são luís,imperatriz
MS;0.7;0.2;15.2;67;79000;79999;-21.2;-54.7;campo grande,dourados
PB;0.5;0.2;20.0;83;58000;58999;-7.1;-35.6;joão pessoa,campina grande
PI;0.5;0.1;19.0;86 89;64000;64999;-6.0;-42.4;teresina,parnaíba
RN;0.5;0.2;18.8;84;59000;59999;-5.8;-35.9;natal,mossoró
AL;0.4;0.1;24.0;82;57000;57999;-9.6;-36.1;maceió,arapiraca
SE;0.35;0.1;21.0;79;49000;49999;-10.9;-37.2;aracaju,lagarto
TO;0.3;0.05;17.2;63;77000;77999;-9.6;-48.4;palmas,araguaína
RO;0.25;0.07;18.9;69;76800;76999;-10.4;-62.6;porto velho,ji-paraná
AM;0.15;0.05;26.0;92 97;69000;69299;-3.1;-60.1;manaus,parintins
AC;0.08;0.05;20.6;68;69900;69999;-9.9;-68.0;rio branco,cruzeiro do sul
AP;0.07;0.05;26.7;96;68900;68999;0.1;-51.3;macapá,santana
RR;0.05;0.05;29.0;95;69300;69399;2.8;-60.7;boa vista,caracaraí
"""
STATES = tuple(_state(line) for line in _TABLE.splitlines())
BY_CODE = {state.code: state for state in STATES}
_SMALL = tuple(
    f"{a} {b}"
    for a, b in product(
        ("são", "santa", "nova", "monte", "bom jesus de", "rio", "serra", "vila", "boa", "lagoa"),
        ("josé", "maria", "esperança", "alegre", "aurora", "claro", "negra", "conceição", "união", "verde"),
    )
)
_PLAIN = str.maketrans("áàâãéêíóôõúüç", "aaaaeeiooouuc")


def plain(name: str) -> str:
    """A place or person name in lower-case ASCII, as customers are delivered."""
    return name.lower().translate(_PLAIN)


@dataclass(frozen=True)
class Places:
    """The postal codes in use, one position each: prefix, state (index in STATES), city, coordinates in degrees."""

    zips: Ints
    states: Ints
    cities: tuple[str, ...]
    latitudes: Floats
    longitudes: Floats

    def draw(self, rng: np.random.Generator, count: int, share: str) -> Ints:
        """Positions of `count` places; `share` is the field of State to weigh by: customers or sellers."""
        weights = np.array([getattr(state, share) for state in STATES])
        sizes = np.bincount(self.states, minlength=len(STATES))
        probability = (weights / np.maximum(sizes, 1))[self.states]
        return rng.choice(len(self.zips), count, p=probability / probability.sum())

    def unused(self, rng: np.random.Generator, positions: Ints) -> Ints:
        """Prefixes of the same states that no place has: postal codes that the geolocation file misses."""
        known = set(self.zips.tolist())
        found = []
        for state in self.states[positions].tolist():
            candidate = int(rng.integers(STATES[state].first, STATES[state].last + 1))
            while candidate in known:
                candidate = STATES[state].first + (candidate + 1 - STATES[state].first) % (
                    STATES[state].last + 1 - STATES[state].first
                )
            found.append(candidate)
        return np.array(found, dtype=np.int64)


def make_places(rng: np.random.Generator, count: int) -> Places:
    """About `count` postal codes over all states, at least two each, most in the larger cities."""
    zips: list[int] = []
    states: list[int] = []
    cities: list[str] = []
    total = sum(state.customers for state in STATES)
    for index, state in enumerate(STATES):
        room = state.last - state.first + 1
        wanted = min(room * 2 // 3, max(2, round(count * state.customers / total)))
        drawn = _prefixes(rng, state, wanted)
        names = state.cities + _SMALL
        # Every second place lies in the capital or the next larger city, the others anywhere.
        ranks = np.minimum(rng.geometric(0.3, wanted) - 1, len(state.cities) - 1)
        ranks = np.where(rng.random(wanted) < 0.6, ranks, rng.integers(0, len(names), wanted))
        zips += drawn.tolist()
        states += [index] * wanted
        cities += [names[rank] for rank in ranks.tolist()]
    where = np.array(states)
    centre = np.array([(state.latitude, state.longitude) for state in STATES])[where]
    spread = rng.normal(0, 0.6, (len(zips), 2))
    return Places(
        np.array(zips), where, tuple(cities), centre[:, 0] + spread[:, 0], centre[:, 1] + spread[:, 1]
    )


def _prefixes(rng: np.random.Generator, state: State, count: int) -> Ints:
    if state.code != "SP":
        return np.sort(rng.choice(np.arange(state.first, state.last + 1), count, replace=False))
    # 57 % of São Paulo's customers live in the capital's region, whose prefixes start with 0.
    low = round(count * 0.57)
    near = rng.choice(np.arange(1000, 10000), low, replace=False)
    far = rng.choice(np.arange(11000, 20000), count - low, replace=False)
    return np.sort(np.concatenate([near, far]))
