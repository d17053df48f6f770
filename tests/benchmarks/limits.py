"""What keeps rows from their goals, where they miss them: what was measured, and what comes next.

A text is looked up by how the name of a row begins. Whoever changes what it speaks of measures anew
and changes it too.
"""

from collections.abc import Sequence

from tests.benchmarks.report import Row

_ONE_RUN = """\
On a processor of an AMD EPYC with AVX2, which multiplies and adds 102 GFLOP a second from registers
and shares its core with another, the products of a step run at 92 to 97 GFLOP/s alone: 7.8 µs. A
step takes 12 µs at best and 15 to 20 in the mean: sampled, two thirds of it are products, a fifth
the activations (12 clock cycles for eight of them); turning, updates and biases share the rest.
JAX, whose program measures no validation, takes 17 to 24 µs there. Next: the activation within the
product, while its sums are in registers."""
_START = """\
Of the processor's time until the window is painted, 26 % goes to making the widgets and 13 % to
showing and painting them, 27 % to importing numpy, PySide6 and what is used of pyqtgraph, and 30 %
to importing regplay itself, most of it the classes and enums that PySide6 makes of each name of Qt
that is asked for. All of it holds the interpreter's lock: a second core is of no use. Together it
was 0.40 of the same for `import torch`, the least of six measurements each on a busy machine. Since
then the widgets of the lesson and of folded groups are made when they are first shown, which takes
70 ms of 155 from making a window. Next: fewer controls in sight at the start."""
_CURVES = """\
They are the first that is trained when the run has ended: 61 networks by Adam, 1,000 epochs each,
46.4 GFLOP as three products a layer, point and step. The two processors of an AMD EPYC with AVX2
are one core's (each reaches 102 GFLOP/s alone, both together 125 to 146): the products alone take
0.35 s there, the kernel 0.95 to 1.0 s, the window 0.9 to 1.5 s; every fourth value of both, by
which they show their shape, is there after 0.31 to 0.45 s. Where a step takes 4.5 µs the two take
0.11 to 0.15 s each. Next: the activation within the product."""
_CURVE = """\
Its 30 networks take 22.8 GFLOP, counted as three products a layer, point and step: 0.07 s of two
cores where a step of TinyNet takes 4.5 µs, half of what the window takes there. The rest is
Python's: to make the population and to keep its records and states takes 0.03 to 0.06 s of the
processor's time, and 0.08 to 0.10 s in the first two curves of a process (an AMD with AVX2);
painting goes on beside it. Next: fewer states kept of a curve until it is looked at."""
_ADVICE = """\
It is asked for with the two curves and trained after them: 22 networks, the experiment's own with
three seeds and 19 neighbours with one, then 6 of the neighbours' with other seeds. They take 27.6
GFLOP, the curves before them 46.4, counted as three products a layer, point and step: together
100,000 steps of TinyNet. At 22 µs each, as on an AMD EPYC with AVX2 whose two cores train 1.4
times as fast as one, that is 1.6 s, which the window takes there. Next: neighbours trained for a
part of their epochs, and to the end only those that may win."""
_ALL_CURVES = """\
The 270 networks of the ten curves that a regression has take 429 GFLOP, counted as three products a
layer, point and step: 210 of them for up to 2,000 training points, 43 for widths up to 256. At the
speed that a step of TinyNet has alone, two cores take 1.3 s for them where it takes 4.5 µs, and
2.8 s where it takes 9.5 µs; where it takes 20, with little left for a second processor, 9 to 10 s
(an AMD EPYC with AVX2 whose two processors are one core's). So the curves that are on at first are
trained before dear ones, and all ten show every fourth value after a quarter of that, 2.5 s. Next:
fewer positions of dear curves."""
_FRAMES = """\
A view is put together in Python, under the lock that painting needs too: of TinyNet in 0.7 to
1.0 ms at best, in 2.6 ms in the median of 300 beside other programs, half of it to measure between
records and a third to predict. Then the thread trains for five times as long before the next one
(`_PUBLISHING_SHARE`): from 2.8 ms on a view misses every other frame, and with more views training
falls below its own goal. On two processors that train 1.4 times as fast as one (an AMD EPYC with
AVX2), a step takes 20 µs alone and 26 to 30 µs beside whatever keeps the other busy: 0.7 is all
that is left. Next: to measure without keeping the parameters, and to check what the kernel is given
once for each run."""
_STOP = """\
The kernel looks at the flag after each layer: in the mean after 0.05 ms in single and 0.15 ms in
double precision, as the thread's own clock has it. What is left to Python are the records that were
made, and now and then the begin of a stretch. The longest hang on what else the machine does: at a
load of 14 to 19 on two cores 1.2 to 2.7 ms in two runs and 4 to 8 ms in a third, with medians of
0.3 to 0.6 ms and of 0.9 to 1.5 ms. Next: looks within the update and within the copies of one
layer."""
_DRAG = """\
On two cores of an AMD EPYC without AVX-512 a step takes 20 to 24 µs alone and 26 to 30 µs while the
other core paints: 15 of the 30 ms of a network by SGD, and 28 of the 55 ms of one by Adam, are the
kernel's. The rest needs the interpreter, of which painting takes the larger part: 6 to 10 ms to
begin a network (1.2 ms where nothing paints), 3 to 5 ms to put its view together, 4 ms to keep its
states. Where a step takes 4.5 µs, the same window shows 58 networks a second by either. Next:
memory for the records of one network given to the next, and a slider that paints its groove and
ticks once."""
_RECORDED = """\
On two processors of an AMD EPYC that share one core, 91 % of the frames come within 33 ms beside
nothing else, and 90 to 97 % without a recording; where another program keeps one of the two busy,
41 %. The longest is 50 to 120 ms. A view that is late for its frame is shown at once: before that
it waited for the next, 33 ms after the last, and 76 to 92 % came in time. To take a picture costs
the window 0.15 ms. The encoder's thread converts its colours in 3 ms and encodes it in 3 to 6 ms,
both without the interpreter's lock, on the processor that training has; with another niceness, 0
or 19, as many frames came in time. Training keeps 82 to 118 %. Next: views that are put together
in less time."""
_FILM = """\
A film of 29 s takes 26 to 31 s of the processors' time, and 18 to 21 s on the clock, on two
processors of an AMD EPYC that train 1.4 times as fast as one and are shared: 9 to 10 s are the
window's (half of it painting), 9 s of training (2 s to import torch), 4 s the encoder's, on one
thread, and 3 s of another to keep frames for the next time. Networks of a drag are trained by
both processors, ahead of their frames. To train what the next frame shows while one is painted
was tried: painting then takes that much longer, since both want the interpreter's lock. Next:
frames that are kept for the next time in less than 7 ms each."""
_LIMITS = {
    "one run, SGD": _ONE_RUN,
    "process start": _START,
    "its two curves": _CURVES,
    "its advice": _ADVICE,
    "curve of weight decay": _CURVE,
    "curves of all sliders": _ALL_CURVES,
    "training in the window": _FRAMES,
    "frames within 20": _FRAMES,
    "frames within 33": _RECORDED,
    "longest frame": _RECORDED,
    "film of": _FILM,
    "stop of": _STOP,
    "retrained while dragging": _DRAG,
}


def explanations(rows: Sequence[Row]) -> list[str]:
    """Paragraphs on the rows that miss their goals, as far as it is known what keeps them."""
    names: dict[str, list[str]] = {}
    for row in rows:
        for begin, text in _LIMITS.items():
            if not row.is_met and row.name.startswith(begin):
                names.setdefault(text, []).append(row.name)
    return ["\n".join([*several, text]) for text, several in names.items()]
