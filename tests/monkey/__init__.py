"""Random actions in the real window: `python -m tests.monkey --seed 5 --actions 2000`.

A process opens the window (offscreen, in an empty home) and does what `actions.ACTIONS` lists, each
by events of mouse and keyboard, drops, the clipboard and files. After each action there must be no
exception and no message of Qt's, and after each fiftieth, when all has settled, controls,
experiment and plots agree, undo and redo lead back and forth, and threads, timers, open files and
memory are bounded (`watch.py`). The last action closes the window, in whatever state it is.

An action is its name and a number, from which it takes all that it chooses among what is in reach
at that moment: `["type into a control", 81230]`. So a list can be cut anywhere and still be played.
Actions are drawn from the seed, and written down before they are done: what ends the process is
known too. A list that fails is shortened by itself: parts are left out for as long as it fails in
the same way (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002),
each try in a process of its own. Training goes on beside the actions, on its own thread and in real
time: a failure may come in some of the tries alone, `--tries` says in how many one is looked for.

    python -m tests.monkey                          300 actions of a fresh seed, which is printed
    python -m tests.monkey --seed 5 --actions 2000
    python -m tests.monkey --replay failed.json     the list that was written
    python -m tests.monkey --keep-going             count all that fails, by kind; shorten nothing

Nothing waits for a time: events are processed until something is true, and a process that
does not come that far within `play.PATIENCE` seconds has failed, with the stack of each thread.
"""
