"""Random actions in the real window: `python -m tests.monkey --seed 5 --actions 2000`.

A process opens the window (offscreen, in an empty home) and does what `actions.ACTIONS` lists: by
events of mouse and keyboard, drops, the clipboard and files, to whatever buttons, sliders, boxes,
lists, charts, commands and shortcuts Qt finds in it. After each action there must be no exception
and no message of Qt's; after each tenth, when all has settled, controls, experiment and plots
agree; after each fiftieth undo and redo lead back and forth, and threads, timers, open files and
memory are bounded (`watch.py`). The last one closes the window, in whatever state it is.

An action is its name and a number, from which it takes all that it chooses among what is in reach
at that moment: `["type a value", 81230]`. So a list can be cut anywhere and still be played.
Actions are drawn from the seed, and written down before they are done: what ends the process is
known too. A list that fails is shortened by itself, each try in a process of its own. Training goes
on beside the actions, on its own thread and in real time: a failure may come in some of the tries.

    python -m tests.monkey                          300 actions of a fresh seed, which is printed
    python -m tests.monkey --seed 5 --actions 2000
    python -m tests.monkey --replay failed.json     the list that was written
    python -m tests.monkey --keep-going             find all that fails; shorten nothing

Nothing waits for a time: events are processed until something is true, and a process that does not
come that far within `play.PATIENCE` seconds has failed, with the stack of each thread.
"""
